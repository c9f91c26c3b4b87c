//! The parts that screens are built of. Each draws itself in both themes of [`crate::gui::theme`], is reached by
//! keyboard, has a name for screen readers, and returns what the person did; none knows what it is used for.

mod accessible;
mod banner;
mod buttons;
mod card;
mod chips;
mod choice;
mod code_block;
mod countdown;
mod elide;
mod field;
#[cfg(test)]
pub(in crate::gui) mod harness;
mod intake;
mod key_values;
mod keyed;
mod page;
mod qr;
mod rows;
mod section;
mod segmented;
mod status;
mod stepper;
mod toggle;
mod waiting;

pub use accessible::{announce, as_role, heading, menu_item, name_dialog, name_menu, name_panel, title, untold};
pub use banner::{banner, banner_with, notice, told};
pub use buttons::{
    ButtonKind, button, copied_elsewhere_button, copy_button, copy_named_button, link, link_button, secondary_button,
};
pub use card::{card, card_width};
pub use chips::chips;
pub use choice::choice;
pub use code_block::CodeBlock;
pub(crate) use countdown::{EACH_SHOWN, SECONDS_SHOWN, STEP};
pub use countdown::{countdown_text, short_countdown_text};
pub use elide::middle_cut;
pub use field::Field;
pub use intake::{SHORT, TEXT};
pub use key_values::key_values;
pub use keyed::keyed;
pub use page::{above_footer, at_right, beside_bar, follow_focus, footer, page, scroll_by_keys};
pub use qr::qr_code;
pub use rows::rows;
pub use section::{disclosure, section};
pub use segmented::{labelled_segmented, segmented, segmented_among, tabs};
pub use status::{dot, status_dot};
pub use stepper::{StepMark, stepper};
pub use toggle::toggle;
pub use waiting::waiting;
