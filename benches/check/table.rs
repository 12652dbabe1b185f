//! What is printed.

use crate::rounds::{Spread, ratio, spread};

/// What a row must come up to, by its median.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    None,
    /// The ratio.
    RatioAtMost(f64),
    RatioAtLeast(f64),
    /// Microseconds.
    TimeAtMost(f64),
}

pub(crate) fn heading(title: &str, beside: &str) {
    println!("\n{title}");
    println!(
        "  {:<48} {:>9} {:>9}   {:<24} {:<10}",
        "", "us", beside, "ratio (quartiles)", "target"
    );
}

/// A row by the nanoseconds of each round, beside those of something else.
pub(crate) fn row(case: &str, figures: &[f64], beside: &[f64], target: Target) {
    let quotient = ratio(figures, beside);
    line(
        case,
        spread(figures),
        Some((spread(beside), quotient)),
        target,
    );
}

/// A row with nothing beside it.
pub(crate) fn single(case: &str, figures: &[f64], target: Target) {
    line(case, spread(figures), None, target);
}

/// A row whose ratio is not simply that of the two figures.
pub(crate) fn line(case: &str, figure: Spread, beside: Option<(Spread, Spread)>, target: Target) {
    let time = figure.median / 1e3;
    let (other, quotient, ratio) = match beside {
        None => (String::new(), String::new(), 0.0),
        Some((other, Spread { low, median, high })) => (
            format!("{:.3}", other.median / 1e3),
            format!("{median:.3} ({low:.3} to {high:.3})"),
            median,
        ),
    };
    let (target, met) = match target {
        Target::None => (String::new(), None),
        Target::RatioAtMost(most) => (format!("<= {most}x"), Some(ratio <= most)),
        Target::RatioAtLeast(least) => (format!(">= {least}x"), Some(ratio >= least)),
        Target::TimeAtMost(most) => (format!("<= {most} us"), Some(time <= most)),
    };
    let verdict = verdict(met);
    println!("  {case:<48} {time:>9.3} {other:>9}   {quotient:<24} {target:<10} {verdict}");
}

/// A row of one number that is no time.
pub(crate) fn count(case: &str, number: f64, target: &str, met: Option<bool>) {
    let verdict = verdict(met);
    println!(
        "  {case:<48} {number:>9.1} {:>9}   {:<24} {target:<10} {verdict}",
        "", ""
    );
}

fn verdict(met: Option<bool>) -> &'static str {
    match met {
        None => "",
        Some(true) => "ok",
        Some(false) => "MISSED",
    }
}
