//! A rule of the operator, compiled with the configuration as far as it does not depend on the client.

use ipnet::IpNet;

use super::Defect;
use super::about::About;
use super::conditions::Conditions;
use super::fill::{self, Fill, Shape, UNFILLED_BAN, Unusable};
use super::filters::{Collector, Filter, Target};
use super::multiply::{self, Template};
use super::pattern::OperatorPattern;
use super::request::Permission;
use super::rule::{self, Rule};
use super::values::Values;
use super::who::{self, ClientConditions, ClientField};
use crate::client::template::{Piece, Pieces, Placeholder};
use crate::json::tape::Value;

/// A rule of the operator.
#[derive(Debug)]
pub(crate) struct CompiledRule {
    pub(super) permission: Permission,
    conditions: Conditions,
    who: Vec<ClientCondition>,
    /// The topics that are filters as they are written.
    plain: Vec<PlainTopic>,
    templates: Vec<CompiledTemplate>,
}

/// A condition about the client.
#[derive(Debug)]
enum ClientCondition {
    Exactly(ClientField, Box<[u8]>),
    Like(ClientField, OperatorPattern),
    From(IpNet),
}

#[derive(Debug)]
struct PlainTopic {
    text: Box<[u8]>,
    exact: bool,
}

/// A topic with placeholders, taken apart.
#[derive(Debug)]
struct CompiledTemplate {
    pieces: Vec<CompiledPiece>,
    shape: Shape,
}

#[derive(Debug)]
enum CompiledPiece {
    Text(Box<str>),
    Username,
    ClientId,
    Attribute(Box<str>),
    Claim(Box<str>),
}

impl CompiledRule {
    /// Reads a rule in the list form of the claim.
    pub(crate) fn read(rule: Value<'_>) -> Result<Self, Defect> {
        let mut who = Vec::new();
        let rule = Rule::read(rule, &mut who)?;
        let (mut plain, mut templates) = (Vec::new(), Vec::new());
        for topic in rule.topics() {
            let topic = rule::topic(topic)?;
            let compiled = match fill::plain(&topic) {
                Ok(None) => CompiledTemplate::new(&topic).map(|template| templates.push(template)),
                Ok(Some(Filter { text, exact })) => {
                    plain.push(PlainTopic {
                        text: text.into(),
                        exact,
                    });
                    Ok(())
                }
                Err(unusable) => Err(unusable),
            };
            compiled.map_err(|unusable| match unusable {
                Unusable::Defect(defect) => defect,
                _ => "a topic that is no valid filter",
            })?;
        }
        if rule.conditions.are_for_no_qos() {
            return Err("`qos` is empty, so the rule would never match");
        }
        let compiled = Self {
            permission: rule.permission,
            conditions: rule.conditions,
            who,
            plain,
            templates,
        };
        // They may be no more than the collector takes of a rule.
        compiled.add_plain(0, &mut Collector::default())?;
        Ok(compiled)
    }

    /// Whether it is about some clients only.
    pub(super) fn depends_on_client(&self) -> bool {
        !self.who.is_empty()
    }

    /// Whether it has topics with placeholders.
    pub(super) fn has_templates(&self) -> bool {
        !self.templates.is_empty()
    }

    /// Whether a topic of it has the client's id or user name in it.
    pub(super) fn names_client(&self) -> bool {
        let mut pieces = self.templates.iter().flat_map(|template| &template.pieces);
        pieces.any(|piece| matches!(piece, CompiledPiece::Username | CompiledPiece::ClientId))
    }

    pub(super) fn is_about(&self, values: &Values<'_>) -> bool {
        let mut about = About::This;
        for condition in &self.who {
            about = about.and(match condition {
                ClientCondition::Exactly(field, text) => {
                    who::is_exactly(text, field.of(values.client()))
                }
                ClientCondition::Like(field, pattern) => pattern.like(field.of(values.client())),
                ClientCondition::From(block) => who::is_from(block, values.address()),
            });
        }
        about.holds(self.permission)
    }

    fn target(&self, number: u32) -> Target {
        Target {
            number,
            permission: self.permission,
            conditions: self.conditions,
        }
    }

    /// Adds the topics that are the same for every client.
    pub(super) fn add_plain(&self, number: u32, filters: &mut Collector) -> Result<(), Defect> {
        self.plain.iter().try_for_each(|topic| {
            let filter = Filter {
                text: &topic.text,
                exact: topic.exact,
            };
            filters.add(self.target(number), filter)
        })
    }

    /// Adds the topics with placeholders.
    pub(super) fn add_templates(
        &self,
        number: u32,
        fill: &mut Fill<'_>,
        filters: &mut Collector,
    ) -> Result<(), Defect> {
        let mut have_claims = false;
        for template in &self.templates {
            if template.shape.has_claims {
                have_claims = true;
                continue;
            }
            match fill.fill(template.pieces(), template.shape) {
                Ok(filter) => filters.add(self.target(number), filter)?,
                Err(Unusable::Defect(defect)) => return Err(defect),
                Err(_) if self.permission == Permission::Deny => {
                    return Err(UNFILLED_BAN);
                }
                Err(_) => {}
            }
        }
        if have_claims {
            multiply::add(self.target(number), self.templates.iter(), fill, filters)?;
        }
        Ok(())
    }
}

impl ClientConditions for Vec<ClientCondition> {
    fn exactly(&mut self, field: ClientField, value: Value<'_>) -> Result<(), Defect> {
        let text = who::exact_text(value)?.as_ref().into();
        self.push(ClientCondition::Exactly(field, text));
        Ok(())
    }

    fn like(&mut self, field: ClientField, value: Value<'_>) -> Result<(), Defect> {
        self.push(ClientCondition::Like(field, OperatorPattern::new(value)?));
        Ok(())
    }

    fn address(&mut self, value: Value<'_>) -> Result<(), Defect> {
        self.push(ClientCondition::From(who::address_block(value)?));
        Ok(())
    }
}

impl CompiledTemplate {
    fn new(topic: &[u8]) -> Result<Self, Unusable> {
        let topic = std::str::from_utf8(topic).map_err(|_| Unusable::Invalid)?;
        let shape = Shape::of(topic, &mut String::new())?;
        let pieces = Pieces(topic).flatten().map(|piece| match piece {
            Piece::Text(text) => CompiledPiece::Text(text.into()),
            Piece::Placeholder(Placeholder::Username) => CompiledPiece::Username,
            Piece::Placeholder(Placeholder::ClientId) => CompiledPiece::ClientId,
            Piece::Placeholder(Placeholder::Attribute(name)) => {
                CompiledPiece::Attribute(name.into())
            }
            Piece::Placeholder(Placeholder::Claim(name)) => CompiledPiece::Claim(name.into()),
        });
        Ok(Self {
            pieces: pieces.collect(),
            shape,
        })
    }
}

impl Template for CompiledTemplate {
    fn shape(&self) -> Shape {
        self.shape
    }

    fn pieces(&self) -> impl Iterator<Item = Option<Piece<'_>>> + Clone {
        self.pieces.iter().map(|piece| {
            Some(match piece {
                CompiledPiece::Text(text) => Piece::Text(text),
                CompiledPiece::Username => Piece::Placeholder(Placeholder::Username),
                CompiledPiece::ClientId => Piece::Placeholder(Placeholder::ClientId),
                CompiledPiece::Attribute(name) => Piece::Placeholder(Placeholder::Attribute(name)),
                CompiledPiece::Claim(name) => Piece::Placeholder(Placeholder::Claim(name)),
            })
        })
    }
}
