//! The wizard's pages as a person copies them: labelled fields, as text or as a JSON object; the refresh settings follow
//! their own heading.

use serde_json::Value as Json;

use crate::call::scalar_text;
use crate::dialect::datazen::FORMAT;
use crate::dialect::document::{Document, DocumentError};
use crate::dialect::standard::{labelled, squeezed};

#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) setting: String,
    pub(super) requires_client_flow: Option<bool>,
    pub(super) authorization_url: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) scope: String,
    /// `User Id and Secret`, `Secret`.
    pub(super) identification: String,
    pub(super) user_id: String,
    pub(super) secret: String,
    pub(super) token: Tab,
    pub(super) refresh: Tab,
    /// Labels that are not on the page.
    pub(super) others: Vec<String>,
}

/// One of the two tabs of the last page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Tab {
    pub(super) authorization: String,
    pub(super) url: String,
    pub(super) method: String,
    pub(super) grant_type: String,
    pub(super) query: String,
    pub(super) body: String,
}

/// What a label stands for.
#[derive(Clone, Copy, Debug)]
enum Field {
    Page(fn(&mut Page) -> &mut String),
    /// On the tab of the last heading.
    Tab(fn(&mut Tab) -> &mut String),
    /// On the refresh tab, whatever the heading.
    Refresh(fn(&mut Tab) -> &mut String),
    ClientFlow,
    /// The heading before the refresh settings.
    RefreshSettings,
    /// Known and not used.
    Idle,
}

impl Field {
    // flat: one line a label
    fn of(label: &str) -> Option<Self> {
        let label = squeezed(label);
        if let Some(place) = label.strip_prefix("refresh").and_then(of_refresh) {
            return Some(Self::Refresh(place));
        }
        Some(match label.as_str() {
            "preconfiguredoauthsetting" | "preconfiguredoauthsettings" | "preconfigured" | "service" | "name" => {
                Self::Page(|page| &mut page.setting)
            }
            "thisservicerequiresclientflowauthorization"
            | "requiresclientflowauthorization"
            | "requiresclientflow"
            | "clientflow" => Self::ClientFlow,
            "authorizationurl" | "clientflowurl" => Self::Page(|page| &mut page.authorization_url),
            "clientid" => Self::Page(|page| &mut page.client_id),
            "redirecturi" | "redirecturl" => Self::Page(|page| &mut page.redirect_uri),
            "scope" | "scopes" => Self::Page(|page| &mut page.scope),
            "useridandorsecret" | "useridorsecret" => Self::Page(|page| &mut page.identification),
            "userid" | "username" => Self::Page(|page| &mut page.user_id),
            "secret" | "clientsecret" => Self::Page(|page| &mut page.secret),
            "basicauth" | "basicauthauthorization" => Self::Tab(|tab| &mut tab.authorization),
            "oauthbearertokenurl" | "bearertokenurl" => Self::Tab(|tab| &mut tab.url),
            "oauthrefreshtokenurl" => Self::Refresh(|tab| &mut tab.url),
            "refreshtokensettings" | "refreshsettings" | "refresh" => Self::RefreshSettings,
            "customizeoauthsettings" | "bearertokensettings" | "bearertoken" => Self::Idle,
            other => Self::Tab(of_tab(other)?),
        })
    }
}

/// The field of a tab, under the label that it has on both.
fn of_tab(label: &str) -> Option<fn(&mut Tab) -> &mut String> {
    Some(match label {
        "authorization" | "basicauthorization" => |tab| &mut tab.authorization,
        "method" => |tab| &mut tab.method,
        "granttype" => |tab| &mut tab.grant_type,
        "query" => |tab| &mut tab.query,
        "body" => |tab| &mut tab.body,
        _ => return None,
    })
}

/// The field of the refresh tab, by its label after `refresh`.
fn of_refresh(label: &str) -> Option<fn(&mut Tab) -> &mut String> {
    if matches!(label, "tokenurl" | "url") { Some(|tab| &mut tab.url) } else { of_tab(label) }
}

fn are_ours<'a>(labels: impl Iterator<Item = &'a str>) -> bool {
    let labels: Vec<String> = labels.map(squeezed).collect();
    let named = |names: &[&str]| labels.iter().any(|label| names.contains(&label.as_str()));
    let has_url = named(&["oauthbearertokenurl", "bearertokenurl"]);
    let has_own = named(&[
        "preconfiguredoauthsetting",
        "thisservicerequiresclientflowauthorization",
        "requiresclientflowauthorization",
        "requiresclientflow",
        "useridandorsecret",
        "refreshtokensettings",
        "granttype",
    ]);
    has_url && has_own || named(&["preconfiguredoauthsetting"])
}

pub(super) fn is_page(json: &Json) -> bool {
    json.as_object().is_some_and(|members| are_ours(members.keys().map(String::as_str)))
}

/// Whether a text has them, a label a line.
pub(super) fn is_labelled(text: &str) -> bool {
    let labels = || text.lines().filter_map(|line| label_line(line).map(|(_, label, _)| label));
    // As the page writes them: a key of YAML or of a program has no blanks.
    let is_spelled = labels().any(|label| {
        let squeezed = squeezed(label);
        label.contains(' ') && (squeezed.ends_with("bearertokenurl") || squeezed == "preconfiguredoauthsetting")
    });
    is_spelled && are_ours(labels())
}

/// Reads JSON or labelled text.
pub(super) fn read_page(document: &Document<'_>) -> Result<Page, DocumentError> {
    let mut page = Page::default();
    if document.trimmed().starts_with('{') {
        page.take_json(document.as_json(FORMAT)?, false)?;
    } else {
        page.take_text(document.text());
    }
    if page.token.url.is_empty() && page.setting.is_empty() {
        return Err(DocumentError::OtherFormat { format: FORMAT, expected: "OAuth Bearer Token URL" });
    }
    Ok(page)
}

/// The label at the start of a line, as written, and the rest of the line.
fn label_line(line: &str) -> Option<(Field, &str, &str)> {
    let line = line.trim().trim_start_matches(['•', '-', '*', ' ']);
    if line.starts_with(['"', '{', '<', '&']) {
        return None;
    }
    let (label, rest) = line.split_once(':').unwrap_or((line, ""));
    let field = Field::of(label)?;
    // A single word is a label only before a colon; alone it can be a line of a value.
    (line.contains(':') || matches!(field, Field::RefreshSettings) || label.contains(' ')).then_some((
        field,
        label.trim(),
        rest.trim(),
    ))
}

impl Page {
    fn take_json(&mut self, json: &Json, in_refresh: bool) -> Result<(), DocumentError> {
        let Some(members) = json.as_object() else {
            return Err(DocumentError::OtherFormat { format: FORMAT, expected: "OAuth Bearer Token URL" });
        };
        for (label, value) in members {
            match (Field::of(label), value) {
                (Some(Field::RefreshSettings), value) if !in_refresh && value.is_object() => {
                    self.take_json(value, true)?;
                }
                (_, Json::Null) => {}
                (Some(field), Json::Object(_) | Json::Array(_)) if squeezed(label).ends_with("body") => {
                    self.put(field, in_refresh, &format!("{value:#}"));
                }
                (Some(field), value) => {
                    let place = label.clone();
                    let no_text = || DocumentError::Unexpected { format: FORMAT, place, expected: "a text" };
                    self.put(field, in_refresh, scalar_text(value).ok_or_else(no_text)?.trim());
                }
                (None, _) => self.others.push(label.clone()),
            }
        }
        Ok(())
    }

    fn take_text(&mut self, text: &str) {
        let mut in_refresh = false;
        for (field, value) in labelled(text, |line| label_line(line).map(|(field, _, rest)| (field, rest))) {
            self.put(field, in_refresh, value.trim());
            in_refresh |= matches!(field, Field::RefreshSettings);
        }
    }

    /// Only the first value of a field counts.
    fn put(&mut self, field: Field, in_refresh: bool, value: &str) {
        let place = match field {
            Field::Page(place) => place(self),
            Field::Tab(place) if !in_refresh => place(&mut self.token),
            Field::Tab(place) | Field::Refresh(place) => place(&mut self.refresh),
            Field::ClientFlow => {
                self.requires_client_flow.get_or_insert(is_yes(value));
                return;
            }
            Field::RefreshSettings | Field::Idle => return,
        };
        if place.is_empty() {
            value.clone_into(place);
        }
    }
}

/// Whether a box is ticked.
pub(super) fn is_yes(value: &str) -> bool {
    matches!(squeezed(value).as_str(), "yes" | "true" | "checked" | "on" | "1" | "x" | "required")
        || value.contains('✓')
}
