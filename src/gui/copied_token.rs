//! Copying the token of a saved profile: it is refreshed first where it needs to be, as for any other program.

use egui::{Context, Id};

use crate::app::{Need, SavedToken, Sensitivity};
use crate::gui::clipboard;
use crate::gui::window::Window;
use crate::secret::Secret;
use crate::service::ProfileName;

/// In which shape the token of a profile is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopiedToken {
    /// The access token alone.
    Token,
    /// The line of a request that carries it.
    Header,
    /// A command for the terminal that fetches a valid token each time. It holds no secret.
    Curl,
}

impl CopiedToken {
    pub const ALL: [Self; 3] = [Self::Token, Self::Header, Self::Curl];

    /// What the button copies.
    pub fn words(self) -> &'static str {
        match self {
            Self::Token => "Copy token",
            Self::Header => "Copy header",
            Self::Curl => "Copy curl",
        }
    }

    /// What the pointer brings up there.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Token => {
                "The access token, refreshed first if needed; it is taken back from the clipboard after a while"
            }
            Self::Header => "The header with the token, refreshed first if needed; it is taken back after a while",
            Self::Curl => "A command for the terminal that gets a valid token each time; it contains no secret",
        }
    }

    /// Under which the copy is known.
    pub fn id(self) -> Id {
        Id::unique("copied token").with(self.words())
    }
}

impl Window {
    /// Copies the token of the open profile, once it is there.
    pub(in crate::gui) fn copy_token(&mut self, ctx: &Context, what: CopiedToken) {
        let Some(name) = self.model.open.saved_as.clone() else { return };
        if what == CopiedToken::Curl {
            let command = Secret::new(self.curl_command(&name));
            clipboard::copy(ctx, what.id(), command, Sensitivity::Plain);
            return;
        }
        self.model.open.copied_as = Some(what);
        let token = self.tasks.start(|app, report| async move { app.token(&name, Need::Usable, &report).await });
        self.model.open.copying.start(token);
    }

    /// Puts the token on the clipboard.
    pub(in crate::gui) fn take_copied_token(&mut self, ctx: &Context) {
        if !self.poll(|model| &mut model.open.copying) {
            return;
        }
        self.model.lease_busy = None;
        let Some(what) = self.model.open.copied_as.take() else { return };
        if let Some(token) = self.model.open.copying.last() {
            clipboard::copy(ctx, what.id(), text(what, token), Sensitivity::Secret);
            // It stays nowhere else.
            self.model.open.copying.cancel();
        }
    }

    /// The command asks the service whose token it is, where it can; else it has a place for the address.
    fn curl_command(&self, name: &ProfileName) -> String {
        let url = self.identity_url().unwrap_or_else(|| "https://api.example.com/".to_owned());
        let header = format!("header=\"$(tokenwright token {name} --header)\"");
        format!("{header} && printf '%s\\n' \"$header\" | curl --header @- '{url}'")
    }

    /// The address of the service's identity endpoint, if it holds no secret and nothing that ends the quotes around it.
    fn identity_url(&self) -> Option<String> {
        let context = self.draft.context(&self.model)?;
        let call = context.preview(&context.profile.service.identity.as_ref()?.call, self.draft.clock.now).ok()?;
        if call.url.secret_names().next().is_some() {
            return None;
        }
        let url = call.url.to_secret().expose().to_owned();
        (!url.contains('\'')).then_some(url)
    }
}

fn text(what: CopiedToken, token: &SavedToken) -> Secret {
    match what {
        CopiedToken::Header => Secret::new(token.header.line(token.tokens.access_token.expose())),
        CopiedToken::Token | CopiedToken::Curl => token.tokens.access_token.clone(),
    }
}
