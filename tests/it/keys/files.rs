//! Files of keys that are not what they were a moment ago.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::{Uid, User};
use serde_json::json;

use crate::harness::threads::without_rights;
use crate::harness::{Broker, SECRET, Scratch, unique_path};

#[cfg(target_os = "linux")]
#[test]
fn who_may_not_read_a_file_is_named_with_its_path() {
    let file = Scratch::new("unreadable", SECRET);
    fs::set_permissions(&file.0, fs::Permissions::from_mode(0o000)).unwrap();
    let (error, user) = without_rights(|| {
        let user = User::from_uid(Uid::effective()).unwrap().unwrap();
        let config = json!({ "secret": SECRET, "jwks_file": file.0 });
        (Broker::refused(&config), user)
    });
    let expected = format!(
        "`jwks_file`: the file cannot be read: permission denied for user {} (uid {}): `{}`",
        user.name,
        user.uid,
        file.0.display(),
    );
    assert_eq!(error, expected);
}

#[test]
fn a_relative_path_is_told_from_the_root() {
    let config = json!({ "jwks_file": "src/none" });
    let path = std::env::current_dir().unwrap().join("src/none");
    let expected = format!(
        "`jwks_file`: the file cannot be read: No such file or directory (os error 2): `{}`",
        path.display(),
    );
    assert_eq!(Broker::refused(&config), expected);
}

/// A named pipe that nobody writes into.
fn fifo(name: &str) -> Scratch {
    let path = unique_path(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    Scratch(path)
}

/// What the work came to; nothing: it did not end.
fn within_30_seconds<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(Duration::from_secs(30)).ok()
}

#[test]
fn a_pipe_is_no_file_of_keys_and_nobody_waits_for_its_writer() {
    for option in ["secret_file", "jwks_file", "revocations_file"] {
        let pipe = fifo("pipe");
        let mut config = json!({ "secret": SECRET });
        if option == "secret_file" {
            config = json!({});
        }
        config[option] = json!(pipe.0);
        let path = pipe.0.clone();
        let error = within_30_seconds(move || Broker::refused(&config));
        let path = path.display();
        assert_eq!(
            error,
            Some(format!("`{option}`: not a regular file: `{path}`"))
        );
    }
}

/// A link that leads to the file and to the pipe by turns, until it is told to end.
fn swap(path: &std::path::Path, targets: &[&std::path::Path], end: &AtomicBool) {
    let new = path.with_extension("new");
    for target in targets.iter().cycle() {
        if end.load(Ordering::Relaxed) {
            return;
        }
        symlink(target, &new).unwrap();
        fs::rename(&new, path).unwrap();
    }
}

#[test]
fn a_pipe_that_takes_the_place_of_a_file_while_it_is_read_is_refused() {
    let (file, pipe) = (Scratch::new("secret", SECRET), fifo("pipe"));
    let link = Scratch(unique_path("link"));
    symlink(&file.0, &link.0).unwrap();
    let end = AtomicBool::new(false);
    let config = json!({ "secret_file": link.0 }).to_string();
    let expected = format!("`secret_file`: not a regular file: `{}`", link.0.display());
    let read_it = move || {
        let (start, mut outcomes) = (Instant::now(), [0, 0]);
        while start.elapsed() < Duration::from_secs(2) {
            match Broker::from_text(config.as_bytes()) {
                Ok(_) => outcomes[0] += 1,
                Err(error) => {
                    assert_eq!(error, expected);
                    outcomes[1] += 1;
                }
            }
        }
        outcomes
    };
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| swap(&link.0, &[&pipe.0, &file.0], &end));
        let outcomes = within_30_seconds(read_it);
        end.store(true, Ordering::Relaxed);
        outcomes
    });
    let [accepted, refused] = outcomes.expect("it waits for a writer of the pipe");
    assert!(accepted > 0 && refused > 0, "{accepted}, {refused}");
}
