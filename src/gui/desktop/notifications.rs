//! The window asks for attention, and the desktop says why, when something comes while the person looks elsewhere.

use std::collections::BTreeSet;

use egui::{Context, UserAttentionType, ViewportCommand};
use jiff::Timestamp;

use crate::app::{Exchange, Failure, FailureKind, Notice, ProfileState, ProfileSummary};
use crate::gui::model::Model;
use crate::gui::texts::notices as texts;
use crate::service::{ProfileName, shown_text};

/// The most characters of a name in a notice.
const LONGEST: usize = 60;

/// Whether the person was called, and about what.
#[derive(Debug, Default)]
pub(crate) struct Attention {
    /// Whether the window asks for attention.
    asks: bool,
    /// Whether the window had the keyboard in the last frame; `None` until it had it once.
    was_here: Option<bool>,
    /// The profiles kept alive that are known to need a sign-in; `None` until they were first listed.
    known: Option<BTreeSet<ProfileName>>,
}

impl Attention {
    /// Asks for attention, and returns what the desktop is to say; nothing where the window has the keyboard.
    pub(crate) fn call(&mut self, ctx: &Context, notice: Option<Notice>) -> Option<Notice> {
        let notice = notice.filter(|_| !has_focus(ctx))?;
        self.asks = true;
        ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(UserAttentionType::Informational));
        Some(notice)
    }

    /// Stops asking once the person is there: a desktop leaves the mark on the window otherwise. Whether they have come back.
    pub(crate) fn follow(&mut self, ctx: &Context) -> bool {
        let is_here = has_focus(ctx);
        if self.asks && is_here {
            self.asks = false;
            ctx.send_viewport_cmd(ViewportCommand::RequestUserAttention(UserAttentionType::Reset));
        }
        let has_left = self.was_here == Some(false);
        if is_here || self.was_here.is_some() {
            self.was_here = Some(is_here);
        }
        is_here && has_left
    }

    /// What is to be said of the profiles kept alive that have come to need a sign-in: of each once, until it has been mended.
    pub(crate) fn fallen(&mut self, model: &Model, now: Timestamp) -> Option<Notice> {
        // Before the first list nothing is known; what stands in it at the start is no news.
        model.window?;
        let kept = model.profiles.iter().filter(|profile| profile.keep_alive);
        let needy: Vec<&ProfileSummary> = kept.filter(|profile| needs_sign_in(&profile.state, now)).collect();
        let names = needy.iter().map(|profile| profile.name.clone()).collect();
        let known = self.known.replace(names)?;
        let news: Vec<&ProfileSummary> = needy.into_iter().filter(|profile| !known.contains(&profile.name)).collect();
        let title = match news.as_slice() {
            [] => return None,
            [profile] => texts::needs_sign_in(shown_text(profile.shown_name(), LONGEST)),
            several => texts::several_need_sign_in(several.len()),
        };
        Some(Notice { title, text: texts::NEEDS_SIGN_IN.to_owned() })
    }
}

/// What is to be said of the end of a token request to this service.
pub(crate) fn of_token_request(exchange: &Exchange, service: &str) -> Notice {
    let shown = shown_text(service, LONGEST);
    match &exchange.outcome {
        Err(failure) => failed(failure, service),
        Ok(_) if !exchange.choices.is_empty() => {
            Notice { title: texts::needs_choice(shown), text: texts::NEEDS_CHOICE.to_owned() }
        }
        Ok(_) if exchange.call.is_none() => {
            Notice { title: texts::token_signed(shown), text: texts::TOKEN_SIGNED.to_owned() }
        }
        Ok(_) => Notice { title: texts::signed_in(shown), text: texts::SIGNED_IN.to_owned() },
    }
}

/// The code has come, and the person has to do something before it is used.
pub(crate) fn code_waits(service: &str) -> Notice {
    let title = texts::code_arrived(shown_text(service, LONGEST));
    Notice { title, text: texts::CODE_ARRIVED.to_owned() }
}

/// The reason is shown in the window: what a service says of a refusal may name the person.
pub(crate) fn failed(failure: &Failure, service: &str) -> Notice {
    let service = shown_text(service, LONGEST);
    let title = match failure.kind {
        FailureKind::Refused | FailureKind::NeedsSignIn => texts::refused(service),
        _ => texts::failed(service),
    };
    Notice { title, text: texts::SEE_WINDOW.to_owned() }
}

fn needs_sign_in(state: &ProfileState, now: Timestamp) -> bool {
    let has_ended =
        matches!(state, ProfileState::Tokens { expires_at: Some(at), refreshable: false, .. } if *at <= now);
    has_ended || matches!(state, ProfileState::NeedsSignIn { .. } | ProfileState::Stale(_))
}

/// Whether the window has the keyboard. What the desktop said last counts: the toolkit's own word is false at first.
fn has_focus(ctx: &Context) -> bool {
    ctx.input(|input| input.viewport().focused.unwrap_or(input.focused))
}

/// Brings the window up, as far as the desktop lets it.
pub(crate) fn raise(ctx: &Context) {
    ctx.send_viewport_cmd(ViewportCommand::Minimized(false));
    ctx.send_viewport_cmd(ViewportCommand::Focus);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::{News, WindowSettings};
    use crate::diagnosis::Diagnosis;
    use crate::service::{DisplayName, Tags};

    fn model(states: &[(&str, bool)]) -> Model {
        let dead = || ProfileState::NeedsSignIn { why: Diagnosis::new("dead"), expires_at: None };
        let alive = || ProfileState::Tokens {
            expires_at: None,
            refreshable: true,
            refresh_token_expires_at: None,
            announced_from: None,
            scopes: None,
        };
        let state = |needs: bool| if needs { dead() } else { alive() };
        let summary = |(name, needs): &(&str, bool)| ProfileSummary {
            name: ProfileName::parse(name).expect("a name"),
            display_name: DisplayName::default(),
            service_id: String::new(),
            service: String::new(),
            tags: Tags::default(),
            environment: String::new(),
            keep_alive: true,
            draft: false,
            shared: false,
            state: state(*needs),
            revision: None,
        };
        let mut model = Model::default();
        model.hear(News::Window(WindowSettings::default()));
        model.hear(News::Profiles(states.iter().map(summary).collect()));
        model
    }

    #[test]
    fn a_profile_that_comes_to_need_a_sign_in_is_told_once_until_it_is_mended() {
        let mut attention = Attention::default();
        let mut title = |states: &[(&str, bool)]| {
            attention.fallen(&model(states), Timestamp::UNIX_EPOCH).map(|notice| notice.title)
        };
        assert_eq!(title(&[("a", true), ("b", false)]), None);
        assert_eq!(title(&[("a", true), ("b", true)]).as_deref(), Some("b needs a new sign-in"));
        assert_eq!(title(&[("a", true), ("b", true)]), None);
        assert_eq!(title(&[("a", false), ("b", true)]), None);
        assert_eq!(title(&[("a", true), ("b", true)]).as_deref(), Some("a needs a new sign-in"));
        assert_eq!(title(&[("a", false), ("b", false)]), None);
        assert_eq!(title(&[("a", true), ("b", true)]).as_deref(), Some("2 profiles need a new sign-in"));
    }
}
