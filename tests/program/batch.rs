//! `issue --for-each`: a token for each row of a table.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::harness::{issue, parsed, with_secret};
use serde_json::{Value, json};

const FOR_EACH: [&str; 6] = [
    "--for-each",
    "people.csv",
    "--subject",
    "${name}",
    "--claim",
    "level=${level}",
];

#[test]
fn a_token_for_each_row_is_in_the_order_of_the_rows() {
    let place = with_secret();
    let rows = (0..3000).map(|number| format!("user-{number},{number},\"a, \"\"b\"\"\"\n"));
    let table = format!("\u{feff}name,level,note\n{}", rows.collect::<String>());
    place.write("people.csv", &table);
    let batch = issue(&FOR_EACH);
    place.run(0, &[&batch[..], &["-o", "tokens.csv"]].concat());
    assert_eq!(place.mode("tokens.csv"), 0o600);
    let mut rows = csv::Reader::from_path(place.0.join("tokens.csv")).unwrap();
    assert_eq!(
        rows.headers().unwrap(),
        vec!["name", "level", "note", "token"]
    );
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3000);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(
            (&row[0], &row[2]),
            (format!("user-{number}").as_str(), "a, \"b\"")
        );
    }
    for number in [0, 511, 512, 2999] {
        let user = format!("user-{number}");
        let check = ["--json", "check", "-c", "config.json", "--username", &user];
        let told = parsed(&place.feed(0, &check, &rows[number][3]));
        assert_eq!(told["claims"]["level"], number);
    }

    let lines = place.run(0, &[&batch[..], &["--json"]].concat());
    let lines: Vec<Value> = lines.lines().map(parsed).collect();
    assert_eq!(
        (lines.len(), &lines[2999]["name"]),
        (3000, &json!("user-2999"))
    );
    assert!(lines[2999]["token"].is_string());
}

#[test]
fn a_defect_in_a_row_leaves_no_file_and_names_the_row() {
    let place = with_secret();
    let good = "name,level\na,1\nb,2\n";
    for (bad, problem) in [
        ("c\n", "1 fields, and there are 2 columns"),
        (",3\n", "column `name` is empty"),
        ("c,three\n", "column `level` does not hold JSON"),
    ] {
        place.write("people.csv", &format!("{good}{bad}d,4\n"));
        let batch = issue(&FOR_EACH);
        let expected = format!("error: people.csv: row 3 (line 4): {problem}\n");
        assert_eq!(
            place.fails(&[&batch[..], &["-o", "tokens.csv"]].concat()),
            expected
        );
        assert_eq!(place.files(), ["config.json", "people.csv", "secret"]);
        // Nothing on standard output either, though the first rows were good.
        assert_eq!(place.fails(&batch), expected);
    }
    // Rows are signed in chunks of 512: in front of, at and behind the end of one.
    for row in [512, 513, 514] {
        let rows: Vec<_> = (1..row).map(|number| format!("n{number},1\n")).collect();
        let rows = rows.concat();
        place.write(
            "people.csv",
            &format!("name,level\n{rows}too,many,fields\n"),
        );
        let error = place.fails(&issue(&["--for-each", "people.csv", "-o", "tokens.csv"]));
        let place_of_row = format!("row {row} (line {})", row + 1);
        let problem = "3 fields, and there are 2 columns";
        assert_eq!(
            error,
            format!("error: people.csv: {place_of_row}: {problem}\n")
        );
    }
    place.write("people.csv", "name,name\n");
    let error = place.fails(&issue(&["--for-each", "people.csv"]));
    assert_eq!(error, "error: people.csv: there are two columns `name`\n");
}

#[test]
fn an_interrupted_batch_leaves_what_was_there_before() {
    let place = with_secret();
    place.write("tokens.csv", "before");
    let batch = issue(&[
        "--for-each",
        "-",
        "--subject",
        "${name}",
        "-o",
        "tokens.csv",
    ]);
    let mut child = place
        .command(&batch)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"name\na\n").unwrap();
    while place.files().len() < 4 {
        std::thread::yield_now();
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert_eq!(place.files(), ["config.json", "secret", "tokens.csv"]);
    assert_eq!(place.read("tokens.csv"), "before");
}
