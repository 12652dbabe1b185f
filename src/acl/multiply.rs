//! Topics with `${claims.NAME}`, of which each becomes as many filters as the lists that it names have members.

use super::Defect;
use super::fill::{Fill, Shape, Unusable};
use super::filters::{Collector, Target};
use super::limits::MOST_MULTIPLIED;
use super::request::Permission;
use crate::client::template::Piece;

const UNUSABLE_CLAIM: Defect =
    "a deny rule with a claim that is absent, or too long, or cannot be part of a level";

/// A topic with placeholders.
pub(super) trait Template {
    fn shape(&self) -> Shape;

    fn pieces(&self) -> impl Iterator<Item = Option<Piece<'_>>> + Clone;
}

/// Adds the filters of those topics of a rule that have `${claims.NAME}`.
pub(super) fn add<'t, T: Template + 't>(
    rule: Target,
    topics: impl Iterator<Item = &'t T> + Clone,
    fill: &mut Fill<'_>,
    collector: &mut Collector,
) -> Result<(), Defect> {
    let denies = rule.permission == Permission::Deny;
    let topics = topics.filter(|topic| topic.shape().has_claims);
    let mut total: usize = 0;
    for topic in topics.clone() {
        total = total.saturating_add(fill.count(topic.pieces())?);
        // Beside an empty list too, a ban with a value that is missing is not lost without a word.
        if denies && !fill.are_usable(topic.pieces()) {
            return Err(UNUSABLE_CLAIM);
        }
    }
    if total > MOST_MULTIPLIED {
        return if denies {
            Err("a deny rule that ${claims.NAME} makes more than 64 filters of")
        } else {
            Ok(())
        };
    }
    for topic in topics {
        let count = fill.count(topic.pieces())?;
        fill.multiplied(
            &topic.pieces(),
            topic.shape(),
            count,
            |filter| match filter {
                Ok(filter) => collector.add(rule, filter),
                Err(Unusable::Defect(defect)) => Err(defect),
                Err(_) if denies => Err(UNUSABLE_CLAIM),
                Err(_) => Ok(()),
            },
        )?;
    }
    Ok(())
}
