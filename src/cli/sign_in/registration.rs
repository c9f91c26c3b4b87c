//! `sign-in --register`, and a registered client whose redirect URI is another one by now.

use crate::app::{Failure, FailureKind, Registered, RegistrationWish};
use crate::cli::args::SignInOptions;
use crate::cli::prompt::is_yes;
use crate::cli::registration::tell_differences;
use crate::cli::runner::Runner;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt};
use crate::diagnosis::{Diagnosis, printable};
use crate::dialect::Offered;
use crate::export::shell_word;
use crate::oauth::ProfileSecrets;
use crate::secret::Secret;
use crate::service::{ClientMethod, ProfileDraft, ProfileName};

/// Registers the client of the draft if the person wants that.
pub(super) fn register(
    runner: &Runner,
    name: &ProfileName,
    (draft, saved): (&mut ProfileDraft, &mut ProfileSecrets),
    offered: Option<&Offered>,
    options: &SignInOptions,
) -> Result<(), Failure> {
    let Some(offered) = offered else { return Ok(()) };
    if let Some(url) = options.register.client_document.as_ref().filter(|_| offered.reads_client_documents) {
        draft.choose_client_method(options.describe.client_auth.unwrap_or(ClientMethod::None));
        draft.client_id.clone_from(url);
        print::note(&format!("The client is {}, as its document there says.", printable(url)));
        return Ok(());
    }
    let Some(which) = wanted(draft, offered, options) else { return Ok(()) };
    if offered.registration_url.is_empty() {
        let summary =
            format!("`{}` registers no clients by itself: its metadata names no endpoint", printable(&offered.issuer));
        let hint = "register a client in its console, and give its ID: `--client-id ID`";
        return Err(Failure::new(FailureKind::Usage, Diagnosis::new(summary).hint(hint)));
    }
    let method =
        options.describe.client_auth.unwrap_or_else(|| draft.method_to_register(&offered.client_methods, false));
    draft.choose_client_method(method);
    let wish = RegistrationWish {
        issuer: offered.issuer.clone(),
        endpoint: offered.registration_url.clone(),
        client_name: options.register.client_name.clone(),
        method,
        initial_access_token: if options.register.initial_access_token_stdin {
            prompt::secret_from_input()?
        } else {
            Secret::default()
        },
        software_statement: statement(options)?,
        anew: which == "new",
    };
    send(runner, name, (draft, saved), wish)
}

/// Whether a client is registered, and which: an API that says who issues its tokens is signed in to without anything else, where that
/// is possible.
fn wanted<'a>(draft: &ProfileDraft, offered: &Offered, options: &'a SignInOptions) -> Option<&'a str> {
    let is_possible = !offered.registration_url.is_empty();
    let is_free = draft.client_id.is_empty() && options.describe.protected_resource.is_some();
    let asked = options.register.register.as_deref();
    asked
        .or_else(|| options.register.client_document.is_some().then_some("any"))
        .or((is_free && is_possible).then_some("any"))
}

fn send(
    runner: &Runner,
    name: &ProfileName,
    (draft, saved): (&mut ProfileDraft, &mut ProfileSecrets),
    wish: RegistrationWish,
) -> Result<(), Failure> {
    open_vault(runner)?;
    let issuer = wish.issuer.clone();
    let report = runner.report();
    let registering = runner.app.register(Some(name.clone()), draft.clone(), saved.clone(), wish, &report);
    let Registered { registration, differences, taken_from, .. } = runner.run(registering)?;
    let (id, issuer) = (printable(&registration.client_id), printable(&issuer));
    print::note(&match taken_from {
        Some(other) if other == *name => format!("The client `{id}` is registered at {issuer} already."),
        Some(other) => {
            format!(
                "Taken up: the client `{id}`, which `{other}` registered at {issuer}; `--register=new` registers another."
            )
        }
        None => format!("Registered at {issuer}: the client `{id}`"),
    });
    tell_differences(&differences);
    draft.take_registration(&registration);
    saved.client_secret.clone_from(&registration.client_secret);
    saved.registration = Some(Box::new(registration));
    Ok(())
}

fn statement(options: &SignInOptions) -> Result<Secret, Failure> {
    let Some(file) = &options.register.software_statement else { return Ok(Secret::default()) };
    std::fs::read_to_string(file).map(Secret::new).map_err(|error| {
        let diagnosis = Diagnosis::new(format!("cannot read the software statement `{}`: {error}", file.display()));
        Failure::new(FailureKind::Usage, diagnosis.hint("give the whole path of the file"))
    })
}

/// Refuses a redirect URI that is not registered, before the server does, unless the person has another client registered with it.
pub(super) fn check_redirect(
    runner: &Runner,
    name: &ProfileName,
    (draft, saved): (&mut ProfileDraft, &mut ProfileSecrets),
) -> Result<(), Failure> {
    let registered = saved.registration.as_deref().filter(|known| known.client_id == draft.client_id);
    let Some(known) = registered else { return Ok(()) };
    let method = ClientMethod::ALL.into_iter().find(|method| method.as_str() == known.client_method());
    let method = method.unwrap_or(ClientMethod::None);
    let client_name = known.asked.get("client_name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
    if known.covers(&draft.client_metadata(&client_name, method)) {
        return Ok(());
    }
    let summary = format!("`{}` is not among the redirect URIs of the registered client", draft.redirect_uri);
    let uri = shell_word(&draft.redirect_uri);
    let hint = format!("change that first: `tokenwright registration update {name} --redirect-uri {uri}`");
    let diagnosis = Diagnosis::new(summary).hint(hint);
    if !prompt::is_terminal() {
        return Err(Failure::new(FailureKind::Usage, diagnosis));
    }
    print::warning(&diagnosis);
    if !is_yes(&prompt::line("Register another client with it? [y/N]")?) {
        return Err(Failure::new(FailureKind::Usage, Diagnosis::new("the sign-in was not begun")));
    }
    let wish = RegistrationWish {
        issuer: known.issuer.clone(),
        endpoint: known.endpoint.clone(),
        client_name,
        method,
        initial_access_token: Secret::default(),
        software_statement: Secret::default(),
        anew: true,
    };
    send(runner, name, (draft, saved), wish)
}
