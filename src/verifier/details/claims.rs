//! What was found in the claims.

use super::{Words, listed};
use crate::acl::InvalidFilters;
use crate::certificate::CertificateBinding;
use crate::host::quote::quoted;
use crate::keys::KeyIdentity;
use crate::policy::{Admission, Policy};
use crate::refusal::{Check, Refusal};
use crate::revocations::Issued;
use crate::token::{ComparedDates, DateRules};

/// The dates, by how much each is met or missed.
pub(in crate::verifier) fn date(
    check: Check,
    refusal: Option<&Refusal>,
    dates: &ComparedDates,
    rules: &DateRules,
) -> String {
    let (name, date) = match check {
        Check::Exp => ("exp", dates.exp),
        Check::Nbf => ("nbf", dates.nbf),
        Check::Iat => ("iat", dates.iat),
        _ => return lifetime(refusal, dates, rules),
    };
    match date {
        Some(date) => format!("{name} {date}"),
        None if refusal.is_none() => format!("no {name}, and none is demanded"),
        None if rules.max_lifetime.is_some() => {
            format!("no {name}, and `max_lifetime` demands one")
        }
        None => format!("no {name}, and `require_exp` demands one"),
    }
}

fn lifetime(refusal: Option<&Refusal>, dates: &ComparedDates, rules: &DateRules) -> String {
    let Some(longest) = rules.max_lifetime else {
        return "no `max_lifetime` is set".to_owned();
    };
    let (exp, iat) = (dates.exp.as_ref(), dates.iat.as_ref());
    let seconds = exp
        .zip(iat)
        .map(|(exp, iat)| exp.date.saturating_sub(iat.date));
    let seconds = seconds.unwrap_or_default();
    let is = if refusal.is_some() {
        "too long"
    } else {
        "allowed"
    };
    format!("{seconds} seconds from iat to exp are {is}: `max_lifetime` is {longest}")
}

impl Words<'_> {
    pub(in crate::verifier) fn admission(
        &self,
        check: Check,
        refusal: Option<&Refusal>,
        admission: &Admission<'_>,
        policy: &Policy,
        invalid: &InvalidFilters,
    ) -> String {
        match check {
            Check::Claim(index) => {
                let Some((path, expectation)) = policy.conditions().nth(index) else {
                    return String::new();
                };
                let show = |text: &str| self.quote(text);
                let expected = expectation.condition.describe(self.client, &show);
                match path.find(&admission.claims) {
                    Some(found) => format!("it is {}; expected: {expected}", self.value(found)),
                    None => format!("there is no such claim; expected: {expected}"),
                }
            }
            Check::Certificate => certificate(refusal, admission, policy).to_owned(),
            Check::Username => match policy.username_claim() {
                None => "no `username_claim` is set".to_owned(),
                Some(claim) => {
                    let name = quoted(claim.name());
                    match claim.value(&admission.claims) {
                        None => format!("there is no claim {name}"),
                        Some(value) if refusal.is_none() => {
                            format!("by the claim {name} it is {}", self.value(value))
                        }
                        Some(value) => {
                            let value = self.value(value);
                            format!(
                                "the claim {name} is {value}; a text that is not empty is expected"
                            )
                        }
                    }
                }
            },
            _ => self.acl(refusal, policy.has_acl_claim(&admission.claims), invalid),
        }
    }

    fn acl(&self, refusal: Option<&Refusal>, has_claim: bool, invalid: &InvalidFilters) -> String {
        match refusal {
            Some(Refusal::BadAcl { rule: None, defect }) => (*defect).to_owned(),
            Some(Refusal::BadAcl {
                rule: Some(rule),
                defect,
            }) => format!("rule {rule} of the token: {defect}"),
            Some(Refusal::BadAclForm(defect)) => self.plain(defect.to_string()),
            Some(Refusal::BadOperatorRule(what)) => {
                let (rule, defect) = &**what;
                format!("{}: {defect}", quoted(rule))
            }
            Some(other) => other.to_string(),
            None if !has_claim => "the token has no topic permissions".to_owned(),
            None if invalid.is_empty() => "the topic permissions are well-formed".to_owned(),
            None => {
                let words = |(list, filter)| format!("`{list}` {}", self.quote(filter));
                format!(
                    "never match, as they are no valid filters: {}",
                    listed(invalid.first(), words)
                )
            }
        }
    }

    pub(in crate::verifier) fn revocation(
        &self,
        refusal: Option<&Refusal>,
        token: &Issued<'_>,
        key: &KeyIdentity,
    ) -> String {
        match refusal {
            None => return "nothing revokes the token".to_owned(),
            Some(Refusal::RevocationsUnavailable) => {
                return "no list from `revocations_endpoint` has arrived yet".to_owned();
            }
            Some(_) => {}
        }
        let text = |text: Option<&str>| text.map_or("none".to_owned(), |text| self.quote(text));
        let at = token
            .at
            .map_or("none".to_owned(), |at| self.plain(at.to_string()));
        format!(
            "a revocation names one of these: jti {}, sub {}, kid of the key {}, iat {at}",
            text(token.id.as_deref()),
            text(token.subject.as_deref()),
            text(key.kid.as_deref()),
        )
    }
}

fn certificate(
    refusal: Option<&Refusal>,
    admission: &Admission<'_>,
    policy: &Policy,
) -> &'static str {
    match refusal {
        Some(Refusal::CertificateMismatch(defect)) => defect,
        _ if policy.certificate_binding() == CertificateBinding::Ignore => {
            "`certificate_binding` is \"ignore\""
        }
        _ if admission.claims.confirmation().is_none() => "the token has no cnf",
        _ => "cnf binds the token to no other certificate",
    }
}
