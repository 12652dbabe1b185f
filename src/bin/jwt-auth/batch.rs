//! A token for each row of a table, in the order of the rows, on all processors.
//!
//! ```text
//! reader --rows--> signer 1 --lines--> writer
//!       \--rows--> signer 2 --lines--/
//! ```
//!
//! Rows travel in chunks. Chunk n is signed by signer n modulo their number, and the writer takes the chunks
//! from the signers in the same turn, so they stay in order. The channels hold few chunks, so memory is
//! bounded however long the table is.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use csv::{Reader, ReaderBuilder, StringRecord, Trim};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::input;
use crate::output::{Failure, note};
use crate::replacement::Replacement;
use crate::tokens::Tokens;

/// How many rows travel together.
const CHUNK: usize = 512;
/// The column, or the member, with the token.
const TOKEN: &str = "token";

/// A table in CSV (RFC 4180), whose first row names its columns.
pub(crate) struct Table {
    name: String,
    reader: Reader<Box<dyn Read + Send>>,
    pub(crate) columns: StringRecord,
    /// In bytes, if that is known.
    len: Option<u64>,
}

impl Table {
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let name = input::name(path);
        let mut reader = ReaderBuilder::new()
            .trim(Trim::Headers)
            .buffer_capacity(1 << 16)
            .from_reader(input::open(path)?);
        let columns = reader
            .headers()
            .map_err(|error| row_failure(&name, &error))?
            .clone();
        // Spreadsheets put a byte order mark in front; the reader drops it.
        for (index, column) in columns.iter().enumerate() {
            let problem = if column.is_empty() {
                format!("column {} has no name", index.saturating_add(1))
            } else if columns.iter().take(index).any(|other| other == column) {
                format!("there are two columns `{column}`")
            } else if column == TOKEN {
                format!("a column `{TOKEN}` is there already, which the tokens are to be in")
            } else {
                continue;
            };
            return Err(Failure::about(name, problem));
        }
        let len = fs::metadata(path).ok().filter(fs::Metadata::is_file);
        Ok(Self {
            name,
            reader,
            columns,
            len: len.map(|file| file.len()),
        })
    }
}

/// Rows, and where in the table the reader is behind them.
struct Chunk {
    rows: Vec<StringRecord>,
    end: u64,
    /// What is wrong with the row behind them. Theirs comes first.
    failure: Option<Failure>,
}

/// What becomes of them: lines of the output.
struct Lines {
    text: Vec<u8>,
    count: u64,
    end: u64,
}

/// Signs all tokens, and then lets them be seen.
pub(crate) fn run(
    table: Table,
    tokens: &Tokens,
    target: Option<&Path>,
    as_json: bool,
) -> Result<(), Failure> {
    let mut sink = Sink::open(target)?;
    let signers = thread::available_parallelism().map_or(1, usize::from);
    let Table {
        name,
        reader,
        columns,
        len,
    } = table;
    let progress = progress(len);
    let count = thread::scope(|scope| {
        let (mut work, mut done) = (Vec::new(), Vec::new());
        for _ in 0..signers {
            let (send_rows, rows) = sync_channel(2);
            let (lines, receive_lines) = sync_channel(2);
            let name = &name;
            scope.spawn(move || sign(name, tokens, as_json, &rows, &lines));
            work.push(send_rows);
            done.push(receive_lines);
        }
        let name = &name;
        scope.spawn(move || read(name, reader, &work));
        write(&mut sink, &columns, as_json, &done, &progress)
    })?;
    progress.finish_and_clear();
    sink.finish()?;
    if let Some(target) = target {
        note(&format!(
            "{}: {} tokens",
            target.display(),
            HumanCount(count)
        ));
    }
    Ok(())
}

/// A file that is written whole, with one text.
pub(crate) fn write_whole(target: &Path, text: &[u8]) -> Result<(), Failure> {
    let mut sink = Sink::open(Some(target))?;
    sink.write(text)?;
    sink.finish()
}

type LinesOrFailure = Result<Lines, Failure>;

/// Reads rows for the signers, until one of them is gone.
fn read(name: &str, mut reader: Reader<Box<dyn Read + Send>>, work: &[SyncSender<Chunk>]) {
    for signer in work.iter().cycle() {
        let mut rows = Vec::with_capacity(CHUNK);
        let mut failure = None;
        while rows.len() < CHUNK {
            let mut row = StringRecord::new();
            match reader.read_record(&mut row) {
                Ok(true) => rows.push(row),
                Ok(false) => break,
                Err(error) => {
                    failure = Some(row_failure(name, &error));
                    break;
                }
            }
        }
        let is_last = rows.len() < CHUNK;
        let end = reader.position().byte();
        let chunk = Chunk { rows, end, failure };
        if signer.send(chunk).is_err() || is_last {
            return;
        }
    }
}

fn sign(
    name: &str,
    tokens: &Tokens,
    as_json: bool,
    work: &Receiver<Chunk>,
    done: &SyncSender<LinesOrFailure>,
) {
    let signer = match tokens.signer() {
        Ok(signer) => signer,
        Err(problem) => {
            let _ = done.send(Err(Failure::new(problem)));
            return;
        }
    };
    let (mut buffer, mut token) = (String::new(), String::new());
    for chunk in work {
        let mut text = Vec::with_capacity(CHUNK.saturating_mul(512));
        let mut lines = || {
            for row in &chunk.rows {
                let line = tokens.sign(&signer, row, &mut buffer, &mut token);
                line.and_then(|()| write_row(&mut text, &tokens.columns, row, &token, as_json))
                    .map_err(|problem| Failure::about(place(name, row), problem))?;
            }
            Ok(())
        };
        let count = chunk.rows.len() as u64;
        let lines = match (lines(), chunk.failure) {
            (Ok(()), None) => Ok(Lines {
                text,
                count,
                end: chunk.end,
            }),
            (Err(failure), _) | (_, Some(failure)) => Err(failure),
        };
        if done.send(lines).is_err() {
            return;
        }
    }
}

/// Writes what the signers made, and returns how many tokens there are.
fn write(
    sink: &mut Sink,
    columns: &StringRecord,
    as_json: bool,
    done: &[Receiver<LinesOrFailure>],
    progress: &ProgressBar,
) -> Result<u64, Failure> {
    if !as_json {
        let mut head = Vec::new();
        write_csv(&mut head, columns, TOKEN).map_err(Failure::new)?;
        sink.write(&head)?;
    }
    let mut count = 0_u64;
    for signer in done.iter().cycle() {
        // A signer whose turn has come without rows: the table is at its end.
        let Ok(lines) = signer.recv() else { break };
        let lines = lines?;
        sink.write(&lines.text)?;
        count = count.saturating_add(lines.count);
        progress.set_position(lines.end);
        let milliseconds = progress.elapsed().as_millis().max(1);
        let rate = u128::from(count)
            .saturating_mul(1000)
            .checked_div(milliseconds);
        let rate = rate.unwrap_or_default();
        progress.set_message(format!("{} tokens, {rate}/s", HumanCount(count)));
    }
    Ok(count)
}

/// One line: the row with its token.
fn write_row(
    to: &mut Vec<u8>,
    columns: &StringRecord,
    row: &StringRecord,
    token: &str,
    as_json: bool,
) -> Result<(), String> {
    if !as_json {
        return write_csv(to, row, token);
    }
    let members = columns.iter().zip(row).chain([(TOKEN, token)]);
    let members = members.map(|(name, value)| (name.to_owned(), Value::from(value)));
    serde_json::to_writer(&mut *to, &Value::Object(members.collect()))
        .map_err(|error| error.to_string())?;
    to.push(b'\n');
    Ok(())
}

fn write_csv(to: &mut Vec<u8>, row: &StringRecord, last: &str) -> Result<(), String> {
    let mut writer = csv::WriterBuilder::new()
        .buffer_capacity(1 << 10)
        .from_writer(to);
    let written = writer.write_record(row.iter().chain([last]));
    written
        .and_then(|()| Ok(writer.flush()?))
        .map_err(|error| error.to_string())
}

/// How messages call a row: counted without the first, which names the columns.
fn place(name: &str, row: &StringRecord) -> String {
    let position = row.position();
    let number = position.map_or(0, csv::Position::record);
    let line = position.map_or(0, csv::Position::line);
    format!("{name}: row {number} (line {line})")
}

fn row_failure(name: &str, error: &csv::Error) -> Failure {
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => {
            format!("{len} fields, and there are {expected_len} columns")
        }
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
        csv::ErrorKind::Io(error) => format!("the file cannot be read: {error}"),
        _ => "not CSV".to_owned(),
    };
    match error.position() {
        Some(position) => {
            let place = format!(
                "{name}: row {} (line {})",
                position.record(),
                position.line()
            );
            Failure::about(place, problem)
        }
        None => Failure::about(name, problem),
    }
}

/// A bar on standard error, where that is a terminal.
fn progress(len: Option<u64>) -> ProgressBar {
    let (bar, template) = match len {
        Some(len) => (
            ProgressBar::new(len),
            "{wide_bar} {percent:>3}%  {msg}, {eta} left",
        ),
        None => (ProgressBar::no_length(), "{spinner} {msg}"),
    };
    // A template that is not understood would be seen by the first who runs it.
    let style = ProgressStyle::with_template(template);
    let bar = bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Where the tokens go, which is seen by nobody until they are all there.
enum Sink {
    File(BufWriter<Replacement>),
    /// A file without a name, to be copied to standard output.
    Spool(BufWriter<File>),
}

impl Sink {
    /// Tokens are passwords, so others may not read the file.
    fn open(target: Option<&Path>) -> Result<Self, Failure> {
        Ok(match target {
            Some(target) => Self::File(BufWriter::new(Replacement::begin(target, 0o600)?)),
            None => Self::Spool(BufWriter::new(nameless().map_err(|error| {
                Failure::about(
                    std::env::temp_dir().display(),
                    format!("a temporary file: {error}"),
                )
            })?)),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let written = match self {
            Self::File(file) => file.write_all(bytes),
            Self::Spool(file) => file.write_all(bytes),
        };
        written.map_err(|error| Failure::about("the tokens cannot be written", error))
    }

    fn finish(self) -> Result<(), Failure> {
        let unwritten = |error: io::Error| Failure::about("the tokens cannot be written", error);
        match self {
            Self::File(file) => file
                .into_inner()
                .map_err(|error| unwritten(error.into_error()))?
                .commit(),
            Self::Spool(file) => {
                let mut file = file
                    .into_inner()
                    .map_err(|error| unwritten(error.into_error()))?;
                file.rewind().map_err(unwritten)?;
                match io::copy(&mut file, &mut io::stdout().lock()) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                    copied => copied.map(|_| ()).map_err(unwritten),
                }
            }
        }
    }
}

/// A file that has lost its name, and so goes with the program.
fn nameless() -> io::Result<File> {
    let path = std::env::temp_dir().join(format!("jwt-auth.{}.tmp", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)?;
    fs::remove_file(&path)?;
    Ok(file)
}
