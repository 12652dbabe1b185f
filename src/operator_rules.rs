//! The operator's topic permissions, with what claims must be for a rule to hold.
//!
//! Of many rules, each for a role, few are about one client. So rules are found by the words that their claims must
//! have, in a hash table, and only those that are found are compared with the claims.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::acl::{self, CompiledRule, NumberedRule, Permission};
use crate::client::Client;
use crate::conditions::{Condition, Expectation, Outcome};
use crate::json::tape::Value;
use crate::token::{ClaimPath, ClaimTable, Claims};

/// A rule of the option `acl`.
pub(crate) struct OperatorRule {
    /// What claims must be; empty: it does not depend on them.
    pub(crate) claims: Vec<Expectation>,
    pub(crate) rule: Arc<CompiledRule>,
}

/// The rules for the clients of one issuer.
#[derive(Debug)]
pub(crate) struct OperatorRules {
    pub(crate) rules: acl::OperatorRules<ClaimConditions>,
    index: Index,
}

/// What claims must be for a rule to hold.
#[derive(Debug)]
pub(crate) struct ClaimConditions {
    /// Of the rules with conditions.
    number: usize,
    conditions: Box<[(ClaimPath, Condition)]>,
}

/// The numbers of the rules that a word leads to.
type RulesByWord = HashMap<Box<str>, Vec<usize>, RandomState>;

/// Which rules may hold, by the words of claims.
#[derive(Debug, Default)]
struct Index {
    by_claim: Vec<(ClaimPath, RulesByWord)>,
    /// How many rules have conditions.
    count: usize,
    /// Those that no word leads to.
    others: Vec<usize>,
}

impl OperatorRules {
    /// The rules of these options, by their names, in their order. The claims that they are about get slots in `table`.
    /// None: there are none.
    ///
    /// # Errors
    ///
    /// What is wrong, and the path of the rule.
    pub(crate) fn new<'r>(
        options: impl Iterator<Item = (&'r str, &'r [OperatorRule])>,
        table: &mut ClaimTable,
    ) -> Result<Option<Self>, (Arc<str>, &'static str)> {
        let mut index = Index::default();
        let mut numbered = Vec::new();
        for (option, rules) in options {
            for (at, OperatorRule { claims, rule }) in rules.iter().enumerate() {
                let claims = (!claims.is_empty()).then(|| ClaimConditions {
                    number: index.add(claims, table),
                    conditions: claims
                        .iter()
                        .map(|claim| (ClaimPath::new(&claim.claim, table), claim.condition.clone()))
                        .collect(),
                });
                numbered.push(NumberedRule {
                    name: format!("{option}[{at}]").into(),
                    claims,
                    rule: Arc::clone(rule),
                });
            }
        }
        let rules = acl::OperatorRules::new(numbered.into_iter())?;
        Ok(rules.map(|rules| Self { rules, index }))
    }

    /// Decides which conditions hold for a client with such claims.
    pub(crate) fn decider<'c>(
        &self,
        claims: &'c Claims<'_>,
        client: &'c Client<'_>,
    ) -> impl Fn(&ClaimConditions, Permission) -> bool + use<'c> {
        let candidates = self.index.candidates(claims);
        move |conditions, permission| {
            candidates.get(conditions.number) == Some(&true)
                && conditions.hold(permission, claims, client)
        }
    }
}

impl ClaimConditions {
    /// Whether a rule of this permission holds for a client with such claims. What cannot be decided must not lift
    /// a ban, nor grant anything.
    fn hold(&self, permission: Permission, claims: &Claims<'_>, client: &Client<'_>) -> bool {
        self.conditions.iter().all(|(path, condition)| {
            match condition.outcome(path.find(claims), client) {
                Outcome::Met => true,
                Outcome::Undecided => permission == Permission::Deny,
                Outcome::NotMet => false,
            }
        })
    }
}

impl Index {
    /// Adds a rule, whose number it is.
    fn add(&mut self, claims: &[Expectation], table: &mut ClaimTable) -> usize {
        let number = self.count;
        self.count = number.saturating_add(1);
        let words = claims
            .iter()
            .find_map(|claim| Some((claim, claim.condition.words()?)));
        let Some((claim, words)) = words else {
            self.others.push(number);
            return number;
        };
        let path = ClaimPath::new(&claim.claim, table);
        let known = self.by_claim.iter().position(|(known, _)| *known == path);
        let at = known.unwrap_or(self.by_claim.len());
        if known.is_none() {
            self.by_claim.push((path, RulesByWord::default()));
        }
        if let Some((_, rules)) = self.by_claim.get_mut(at) {
            for word in words {
                rules.entry(word.into()).or_default().push(number);
            }
        }
        number
    }

    /// Which rules may hold.
    fn candidates(&self, claims: &Claims<'_>) -> Vec<bool> {
        let mut candidates = vec![false; self.count];
        let mut found = |rules: &[usize]| {
            for rule in rules {
                if let Some(candidate) = candidates.get_mut(*rule) {
                    *candidate = true;
                }
            }
        };
        found(&self.others);
        for (path, rules) in &self.by_claim {
            let Some(claim) = path.find(claims) else {
                continue;
            };
            for_each_word(claim, |word| {
                let word = std::str::from_utf8(word).unwrap_or_default();
                found(rules.get(word).map_or(&[], Vec::as_slice));
            });
        }
        candidates
    }
}

/// Whatever a condition on a claim may be met by: a text and its words, the texts of a list, the names of an object.
fn for_each_word(claim: Value<'_>, mut take: impl FnMut(&[u8])) {
    if let Some(text) = claim.as_bytes() {
        take(&text);
        text.split(|byte| *byte == b' ').for_each(take);
    } else if let Some(list) = claim.as_array() {
        let texts = list.iter().filter_map(Value::as_bytes);
        texts.for_each(|text| take(&text));
    } else if let Some(object) = claim.as_object() {
        object.iter().for_each(|(name, _)| take(&name));
    }
}
