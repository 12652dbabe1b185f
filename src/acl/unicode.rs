//! Patterns that ask for the tables of Unicode.
//!
//! Patterns see bytes, and `\w` is ASCII. `(?u)` makes it Unicode's: a class of hundreds of ranges, which takes
//! thousands of times longer to make than to write, and longer still where case does not count. A token may not have
//! that done.

use std::convert::Infallible;

use regex_syntax::ast::{Ast, ClassSetItem, Flag, Flags, Visitor, visit};

/// Whether a pattern switches Unicode on, and has something that would be looked up in its tables: classes by name,
/// or letters whose case does not count.
pub(super) fn asks_for_tables(pattern: &Ast) -> bool {
    let Ok(found) = visit(pattern, Found::default());
    found.unicode && (found.ignore_case || found.class)
}

#[derive(Default)]
struct Found {
    unicode: bool,
    ignore_case: bool,
    class: bool,
}

impl Found {
    fn look_at(&mut self, flags: &Flags) {
        let switches_on = |flag| flags.flag_state(flag) == Some(true);
        self.unicode |= switches_on(Flag::Unicode);
        self.ignore_case |= switches_on(Flag::CaseInsensitive);
    }
}

impl Visitor for Found {
    type Output = Self;
    type Err = Infallible;

    fn finish(self) -> Result<Self, Infallible> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), Infallible> {
        match ast {
            Ast::Flags(set) => self.look_at(&set.flags),
            Ast::Group(group) => {
                if let Some(flags) = group.flags() {
                    self.look_at(flags);
                }
            }
            Ast::ClassUnicode(_) | Ast::ClassPerl(_) => self.class = true,
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), Infallible> {
        self.class |= matches!(item, ClassSetItem::Unicode(_) | ClassSetItem::Perl(_));
        Ok(())
    }
}
