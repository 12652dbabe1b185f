//! Prometheus' text format, version 0.0.4.

use std::fmt::{Display, Write};

/// What the values of a family are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// It only grows, until the verifier is made anew.
    Counter,
    Gauge,
}

/// A text that is being written: families, each with its samples behind it.
#[derive(Default)]
pub(crate) struct Exposition(String);

impl Exposition {
    /// Begins a family.
    pub(crate) fn family(&mut self, name: &'static str, kind: Kind, help: &str) -> Family<'_> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
        };
        let text = &mut self.0;
        // A String takes everything.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        Family { name, text }
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// A family whose samples are being written.
pub(crate) struct Family<'e> {
    name: &'static str,
    text: &'e mut String,
}

impl Family<'_> {
    /// Writes the one sample of a family without labels.
    pub(crate) fn value(&mut self, value: impl Display) {
        self.sample([], value);
    }

    pub(crate) fn sample<const N: usize>(
        &mut self,
        labels: [(&str, &str); N],
        value: impl Display,
    ) {
        self.text.push_str(self.name);
        for (index, (name, value)) in labels.into_iter().enumerate() {
            self.text.push(if index == 0 { '{' } else { ',' });
            self.text.push_str(name);
            self.text.push_str("=\"");
            for c in value.chars() {
                match c {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    c => self.text.push(c),
                }
            }
            self.text.push('"');
        }
        if N > 0 {
            self.text.push('}');
        }
        // A String takes everything.
        let _ = writeln!(self.text, " {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped() {
        let mut text = Exposition::default();
        text.family("a", Kind::Gauge, "One.").value(7);
        let mut family = text.family("b_total", Kind::Counter, "Two.");
        family.sample([("x", "\\\"\n\r\u{e9}{},= "), ("y", "")], 0);
        family.sample([("x", ""), ("y", "z")], -1);
        let expected = "# HELP a One.\n# TYPE a gauge\na 7\n\
                        # HELP b_total Two.\n# TYPE b_total counter\n\
                        b_total{x=\"\\\\\\\"\\n\r\u{e9}{},= \",y=\"\"} 0\n\
                        b_total{x=\"\",y=\"z\"} -1\n";
        assert_eq!(text.into_text(), expected);
    }
}
