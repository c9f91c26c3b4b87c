//! `tokenwright sign-in`.

mod describe;
mod device;
mod device_code;
pub(in crate::cli) mod evidence;
mod protected_resource;
mod qr;
mod registration;
mod secrets;
mod sources;
mod terminal;
mod trial;

use std::sync::Arc;

use crate::app::{
    Browser, CallContext, Failure, FailureCode, FailureKind, News, SaveTo, SignIn, VaultKind, other_profile,
};
use crate::call::nearest;
use crate::cli::args::SignInOptions;
use crate::cli::certificate;
use crate::cli::key::with_pin;
use crate::cli::profiles::local;
use crate::cli::prompt::is_yes;
use crate::cli::remarks::parse_display_name;
use crate::cli::runner::{Runner, tell_news};
use crate::cli::sign_in::evidence::Evidence;
use crate::cli::sign_in::terminal::Terminal;
use crate::cli::vault::open_vault;
use crate::cli::{print, prompt};
use crate::diagnosis::Diagnosis;
use crate::dialect::Offered;
use crate::oauth::{ProfileSecrets, SigningError, TokenSet};
use crate::secret::Secret;
use crate::service::{ACR_VALUES, Field, FieldError, MAX_AGE, Profile, ProfileDraft, ProfileName};

pub(crate) fn run(runner: &Runner, options: &SignInOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let (draft, saved) = draft(runner, &name, options)?;
    let mut profile = parse(&draft, options)?;
    describe::check_details_of(runner, &profile, &options.describe);
    let is_device = options.device || profile.service.has_only_device_flow();
    let sources = sources::of(runner, &name, &profile, options)?;
    let mut secrets = secrets::gather(&profile.service, options, saved, &sources, is_device)?;
    // Opened before the browser: a token must not be thrown away after a successful sign-in.
    let vault = open_vault(runner)?;
    let known = runner.run(runner.app.open(&name)).ok();
    let other = known.as_ref().and_then(|saved| other_profile(&name, &saved.context.profile, &profile));
    if let (Some(saved), None) = (known, &other) {
        // `--service` begins with the preset; what a person wrote down about the profile is not part of it.
        let Profile { notes, tags, account, .. } = saved.context.profile;
        (profile.notes, profile.tags) = (notes, tags);
        profile.account = options.account.as_deref().map_or(account, |account| account.trim().to_owned());
    }
    other.filter(|_| !options.overwrite && !options.try_only).map_or(Ok(()), ask_to_replace)?;
    let has_assertion = profile.service.signed_assertion().is_some() && !sources.contains_key("assertion");
    let service = &profile.service;
    let wants_key = has_assertion || service.request_signature().is_some() || service.encrypts_to_client;
    if secrets.signing_key.is_none() && wants_key {
        let saved = runner.run(runner.app.saved_key(&name))?;
        secrets.signing_key = Some(saved.ok_or_else(|| missing_key(runner, &name, &profile))?);
    }
    if secrets.client_certificate.is_none() && profile.service.wants_client_certificate() {
        let saved = runner.run(runner.app.saved_client_certificate(&name))?;
        secrets.client_certificate = Some(saved.ok_or_else(|| missing_certificate(&profile))?);
    }
    let context = CallContext::new(profile, secrets).named(Some(&name));
    let context = CallContext { sources: sources.clone(), ..context };
    if options.try_only {
        return trial::run(runner, context);
    }
    // Before anything can fail, including Ctrl-C while waiting for the browser.
    let was_entered = runner.run(runner.app.save_entered(&name, &context.profile))?;
    if was_entered {
        // Those of a profile that has tokens are replaced with them.
        runner.run(runner.app.save_sources(&name, sources))?;
    }
    warn_of_unchecked(&context.profile, options);
    let terminal = Terminal::new(runner.verbose, options);
    let (context, tokens) = sign_in(runner, context, options, &terminal).inspect_err(|_| {
        if was_entered && options.service.is_some() && !terminal.has_tokens() {
            // With the code of another device, its secrets are sealed.
            let what = if is_device { "" } else { ", without secrets" };
            print::note(&format!("Your entries were saved{what}. Try again: tokenwright sign-in {name}"));
        }
    })?;
    tell(&name, &context, &tokens, vault);
    Ok(())
}

/// Signs in and saves the tokens under this name as soon as they arrive.
fn sign_in(
    runner: &Runner,
    context: CallContext,
    options: &SignInOptions,
    terminal: &Arc<Terminal>,
) -> Result<(CallContext, TokenSet), Failure> {
    let evidence = Evidence::begin(runner, options);
    let (collected, known) = (evidence.clone(), context.clone());
    runner.listen(move |news| match news {
        News::Called(_) => collected.take_in(&news),
        News::PracticeReady(port) => {
            print::note(&format!("The practice service listens on http://127.0.0.1:{port}"));
        }
        news => tell_news(news),
    });
    let browser = match (&options.browser, options.no_browser) {
        (Some(command), _) => Browser::Command(command.clone()),
        (None, true) => Browser::None,
        (None, false) => Browser::System,
    };
    let save_to = SaveTo::Profile(ProfileName::parse(&options.name)?);
    let outcome = if options.device || context.profile.service.has_only_device_flow() {
        device::run(runner, context, save_to, terminal)
    } else {
        let request = SignIn { context, browser, save_to, can_paste: true };
        runner.run(runner.app.sign_in(request, terminal))
    };
    let outcome = outcome.and_then(|(context, exchange)| Ok((context, *exchange.outcome?)));
    evidence.write(runner, options, &known, outcome.as_ref().err());
    outcome
}

/// The private keys and certificates that the options name.
fn read_keys(
    runner: &Runner,
    options: &SignInOptions,
    draft: &mut ProfileDraft,
    saved: &mut ProfileSecrets,
) -> Result<(), Failure> {
    if let Some(file) = &options.key_file {
        let read = |source| runner.run(runner.app.read_key(source, options.certificate_file.clone()));
        let read = with_pin(file.clone(), read)?;
        draft.take_key(&read);
        saved.signing_key = Some(read.pair);
    }
    if let Some(file) = &options.dpop_key {
        let read = with_pin(file.clone(), |source| runner.run(runner.app.read_key(source, None)))?;
        let wanted = draft.service.dpop.get_or_insert_with(|| read.kind.usual_algorithm());
        if !read.kind.signs(*wanted) {
            return Err(SigningError::WrongKey { algorithm: *wanted, kind: read.kind }.into());
        }
        saved.proof_key = Some(read.pair);
    }
    if let Some(file) = options.client_certificate.clone() {
        saved.client_certificate = Some(certificate::read(runner, file, options.client_key.clone())?);
        // Given for a service that does not ask for one: its gateway does.
        draft.client_certificate |= !draft.customised().wants_client_certificate();
    }
    Ok(())
}

/// The service, or the existing profile, changed by the options.
fn draft(
    runner: &Runner,
    name: &ProfileName,
    options: &SignInOptions,
) -> Result<(ProfileDraft, ProfileSecrets), Failure> {
    let Started { mut draft, mut saved, offered } = start(runner, name, options)?;
    describe::change(&mut draft, &options.describe)?;
    if options.describe.protected_resource.is_some() {
        protected_resource::assert_to_issuer(&mut draft, &options.describe);
    }
    read_keys(runner, options, &mut draft, &mut saved)?;
    for (key, value) in &options.set {
        let is_found = draft.service.found().any(|name| name == key);
        if !is_found && !draft.service.inputs.iter().any(|input| input.name == *key) {
            return Err(unknown_input(&draft, key));
        }
        secrets::refuse_as_argument(&draft.service, key)?;
        draft.inputs.insert(key.clone(), value.clone());
    }
    if let Some(text) = &options.display_name {
        draft.display_name = parse_display_name(text)?.to_string();
    }
    if let Some(account) = &options.account {
        account.trim().clone_into(&mut draft.account);
    }
    if let Some(client_id) = &options.client_id {
        draft.client_id.clone_from(client_id);
    }
    if let Some(redirect_uri) = &options.redirect_uri {
        draft.redirect_uri.clone_from(redirect_uri);
    }
    if !options.scopes.is_empty() {
        draft.ticked.clear();
        draft.typed_scopes = options.scopes.join(&draft.service.scopes.separator);
    }
    for (parameter, value) in [(ACR_VALUES, &options.acr_values), (MAX_AGE, &options.max_age)] {
        if let Some(value) = value {
            draft.set_extra(parameter, value);
        }
    }
    registration::register(runner, name, (&mut draft, &mut saved), offered.as_ref(), options)?;
    registration::check_redirect(runner, name, (&mut draft, &mut saved))?;
    if draft.client_id.is_empty() && prompt::is_terminal() {
        draft.client_id = prompt::line(&format!("{} of {}:", draft.service.labels.client_id, draft.service.name))?;
    }
    ask_user_name(runner, name, &mut draft, options)?;
    if let Some(id) = &options.describe.save_as_preset {
        describe::save(runner, &mut draft, id, options.overwrite)?;
    }
    Ok((draft, saved))
}

/// What a profile begins with.
struct Started {
    draft: ProfileDraft,
    saved: ProfileSecrets,
    /// What the issuer's metadata offers, if it was fetched.
    offered: Option<Offered>,
}

impl Started {
    fn new(draft: ProfileDraft, saved: ProfileSecrets) -> Self {
        Self { draft, saved, offered: None }
    }
}

/// What the options change: a preset, the metadata of an issuer, the saved profile, or a service of which they name the endpoints.
fn start(runner: &Runner, name: &ProfileName, options: &SignInOptions) -> Result<Started, Failure> {
    if let Some(id) = &options.service {
        let service = runner.catalog()?.service(id)?;
        let client_secret = Secret::new(&service.defaults.client_secret);
        let saved = ProfileSecrets { client_secret, ..ProfileSecrets::default() };
        return Ok(Started::new(ProfileDraft::new(service), saved));
    }
    if let Some(address) = &options.describe.protected_resource {
        let (draft, offered) = protected_resource::of_resource(runner, address, &options.describe)?;
        return Ok(Started { offered: Some(offered), ..Started::new(draft, ProfileSecrets::default()) });
    }
    if let Some(issuer) = &options.describe.issuer {
        let (draft, offered) = describe::of_issuer(runner, issuer, &options.describe)?;
        return Ok(Started { offered: Some(offered), ..Started::new(draft, ProfileSecrets::default()) });
    }
    match runner.run(runner.app.open(name)) {
        Ok(opened) => Ok(Started::new(ProfileDraft::from(&opened.context.profile), opened.context.secrets)),
        Err(failure) if failure.kind == FailureKind::NeedsSignIn && options.describe.names_endpoints() => {
            Ok(Started::new(describe::of_endpoints(runner)?, ProfileSecrets::default()))
        }
        Err(failure) => Err(needs_service(failure)),
    }
}

/// A profile with another identity is replaced only if the person says so.
fn ask_to_replace(known: Diagnosis) -> Result<(), Failure> {
    if prompt::is_terminal() {
        print::warning(&known);
        if is_yes(&prompt::line("Sign in and overwrite it? [y/N]")?) {
            return Ok(());
        }
    }
    let hint = "choose another name, or add `--overwrite` to replace the profile and its tokens";
    Err(Failure::new(FailureKind::Usage, known.hint(hint)))
}

fn missing_key(runner: &Runner, name: &ProfileName, profile: &Profile) -> Failure {
    let service = &profile.service;
    let diagnosis =
        Diagnosis::new(format!("{} requires a private key, and there is none named `{name}`", service.name));
    // A key is generated for a service that has a preset.
    let has_preset = runner.catalog().is_ok_and(|catalog| catalog.service(&service.id).is_ok());
    let generate = format!(", or generate one: `tokenwright key generate {name} --service {}`", service.id);
    let hint = format!("add `--key-file FILE`{}", if has_preset { generate.as_str() } else { "" });
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

fn missing_certificate(profile: &Profile) -> Failure {
    let diagnosis = Diagnosis::new(format!("{} requires a client certificate", profile.service.name));
    let hint = "add `--client-certificate FILE`, PKCS#12 or PEM with the certificate and its private key";
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

/// The user ID, if a call sends one.
fn ask_user_name(
    runner: &Runner,
    name: &ProfileName,
    draft: &mut ProfileDraft,
    options: &SignInOptions,
) -> Result<(), Failure> {
    if let Some(user_name) = &options.username {
        draft.user_name.clone_from(user_name);
    }
    let mut service = draft.customised();
    if sources::has_assertion(runner, name, options)? {
        service.assertion = None;
    }
    if !draft.user_name.is_empty() || !service.wants_user_name() {
        return Ok(());
    }
    let label = &service.labels.user_name;
    if !prompt::is_terminal() {
        let diagnosis = Diagnosis::new(format!("{label} is missing"));
        return Err(Failure::new(FailureKind::Usage, diagnosis.hint("add `--username NAME`")));
    }
    draft.user_name = prompt::line(&format!("{label} of {}:", service.name))?;
    Ok(())
}

fn needs_service(failure: Failure) -> Failure {
    let hint =
        "add `--service SERVICE` (`tokenwright service list` lists them), `--issuer URL` or `--protected-resource URL`";
    match failure.kind {
        FailureKind::NeedsSignIn if failure.code != FailureCode::Forgotten => {
            Failure::new(FailureKind::Usage, failure.diagnosis.hint(hint))
        }
        _ => failure,
    }
}

fn unknown_input(draft: &ProfileDraft, key: &str) -> Failure {
    let inputs = &draft.service.inputs;
    let names: Vec<String> = inputs.iter().map(|input| format!("`{}`", input.name)).collect();
    let hint = match nearest(key, inputs.iter().map(|input| input.name.as_str())) {
        Some(nearest) => format!("did you mean `--set {nearest}=…`?"),
        None if names.is_empty() => "remove `--set`: it has no inputs".to_owned(),
        None => format!("it needs {}", names.join(", ")),
    };
    let diagnosis = Diagnosis::new(format!("{} has no input `{key}`", draft.service.name));
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

/// Prints all errors; the last of them ends the program.
fn parse(draft: &ProfileDraft, options: &SignInOptions) -> Result<Profile, Failure> {
    draft.parse().map_err(|errors| {
        let mut diagnoses: Vec<Diagnosis> = errors.into_iter().map(|error| with_option(error, options)).collect();
        let last = diagnoses.pop().unwrap_or_else(|| Diagnosis::new("the profile is not complete"));
        diagnoses.iter().for_each(print::warning);
        Failure::new(FailureKind::Usage, last)
    })
}

/// A field's error message, with the option that supplies the field.
fn with_option(error: FieldError, options: &SignInOptions) -> Diagnosis {
    let option = match &error.field {
        Field::Input(name) => format!("--set {name}=…"),
        Field::ClientId => "--client-id".to_owned(),
        Field::RedirectUri => "--redirect-uri".to_owned(),
        // Nothing of this command sets it.
        Field::ClientSecretExpires => return error.diagnosis,
        Field::AuthorizationDetails => "--authorization-details".to_owned(),
        Field::AuthorizationUrl => "--authorization-url".to_owned(),
        Field::TokenUrl => "--token-url".to_owned(),
    };
    let given = options.set.iter().any(|(key, _)| matches!(&error.field, Field::Input(name) if name == key));
    match error.diagnosis.hint.clone() {
        Some(hint) if !given => error.diagnosis.hint(format!("{hint}: `{option}`")),
        _ => error.diagnosis,
    }
}

/// How a person signed in is told by the ID token only.
fn warn_of_unchecked(profile: &Profile, options: &SignInOptions) {
    let asks = [&options.acr_values, &options.max_age].into_iter().flatten().any(|value| !value.is_empty());
    if asks && !profile.asks_for_id_token() {
        let diagnosis =
            Diagnosis::new("whether the person signs in as asked is not checked: that is told by an ID token");
        print::warning(&diagnosis.hint("add `--scope openid`, if the service is an OpenID provider"));
    }
}

fn tell(name: &ProfileName, context: &CallContext, tokens: &TokenSet, vault: VaultKind) {
    let until = match tokens.expires_at {
        Some(at) if tokens.over_note().is_some() => {
            format!("its access token expired at {}", local(at))
        }
        Some(at) => format!("its access token is valid until {}", local(at)),
        None => "its access token has no known expiry".to_owned(),
    };
    print::note(&format!("Signed in: saved as the profile `{name}`; {until}."));
    let missing = context.profile.service.not_granted(&context.profile.scopes, tokens);
    if !missing.is_empty() {
        print::note(&format!("Not granted: {}", missing.join(" ")));
    }
    for details in context.profile.service.details_not_granted(tokens) {
        print::note(&format!("Not granted: {details}"));
    }
    if tokens.refresh_token.is_none() {
        print::note(if context.profile.service.signs_tokens() {
            "There is no refresh token: the next access token is signed here."
        } else if context.profile.service.asks_again() {
            "There is no refresh token: the next access token is requested in the same way."
        } else {
            "The service sent no refresh token: sign in again when it expires."
        });
    }
    if vault == VaultKind::Memory {
        print::note("Not saved: the vault is in memory only, so this token is lost when the command exits:");
        print::data(tokens.access_token.expose());
    } else {
        print::note(&format!("Next: tokenwright token {name}"));
    }
}
