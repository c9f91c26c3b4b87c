//! JSONata, evaluated in a process of its own: the program started once more, which bounds itself before it reads
//! anything. An expression may come from outside, and the library's own bounds do not hold inside of its functions.
//!
//! The child gets the reply on its standard input and answers on its standard output; it has no environment, opens no
//! file, and is stopped when its time is up or nobody waits for it any more.

mod child;
mod evaluation;
mod message;
mod parent;

pub use crate::expression::child::{CHILD_ARGUMENT, serve};
pub use crate::expression::evaluation::evaluate;
pub use crate::expression::parent::Expressions;
