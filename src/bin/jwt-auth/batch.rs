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

use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use csv::StringRecord;
use indicatif::{HumanCount, ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::output::{Failure, note};
use crate::sink::Sink;
use crate::table::{TOKEN, Table, place};
use crate::tokens::Tokens;

/// How many rows travel together.
const CHUNK: usize = 512;
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
    let name = table.name.clone();
    let progress = progress(table.len);
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
        scope.spawn(move || read(table, &work));
        write(&mut sink, &tokens.columns, as_json, &done, &progress)
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

type LinesOrFailure = Result<Lines, Failure>;

/// Reads rows for the signers, until one of them is gone.
fn read(mut table: Table, work: &[SyncSender<Chunk>]) {
    for signer in work.iter().cycle() {
        let mut rows = Vec::with_capacity(CHUNK);
        let mut failure = None;
        while rows.len() < CHUNK {
            match table.next_row() {
                Ok(Some(row)) => rows.push(row),
                Ok(None) => break,
                Err(problem) => {
                    failure = Some(problem);
                    break;
                }
            }
        }
        let is_last = rows.len() < CHUNK;
        let end = table.position();
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
                    .map_err(|problem| Failure::about(place(name, row.position()), problem))?;
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
