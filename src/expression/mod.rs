//! Evaluates JSONata in a child process: this program again, which limits itself before it reads anything. Expressions may
//! come from others, and the library's own limits do not apply inside its functions.
//!
//! The child reads the reply from standard input and writes results to standard output. It has no environment, opens no file,
//! and is killed when its time is up or nobody waits for it.

mod child;
mod evaluation;
mod message;
mod parent;

pub use crate::expression::child::{CHILD_ARGUMENT, serve};
pub use crate::expression::evaluation::evaluate;
pub use crate::expression::parent::Expressions;
