//! The table that `issue` makes a token of each row of.

use std::fs;
use std::io::Read;
use std::path::Path;

use csv::{Position, Reader, ReaderBuilder, StringRecord, Trim};

use crate::input;
use crate::output::Failure;

/// The column, or the member, with the token.
pub(crate) const TOKEN: &str = "token";

/// A table in CSV (RFC 4180), whose first row names its columns.
pub(crate) struct Table {
    pub(crate) name: String,
    reader: Reader<Box<dyn Read + Send>>,
    pub(crate) columns: StringRecord,
    /// In bytes, if that is known.
    pub(crate) len: Option<u64>,
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

    /// The next row; none: the table is at its end.
    pub(crate) fn next_row(&mut self) -> Result<Option<StringRecord>, Failure> {
        let mut row = StringRecord::new();
        match self.reader.read_record(&mut row) {
            Ok(true) => Ok(Some(row)),
            Ok(false) => Ok(None),
            Err(error) => Err(row_failure(&self.name, &error)),
        }
    }

    /// How many bytes were read.
    pub(crate) fn position(&self) -> u64 {
        self.reader.position().byte()
    }
}

/// How messages call a row: counted without the first, which names the columns.
pub(crate) fn place(name: &str, position: Option<&Position>) -> String {
    match position {
        Some(at) => format!("{name}: row {} (line {})", at.record(), at.line()),
        None => name.to_owned(),
    }
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
    Failure::about(place(name, error.position()), problem)
}
