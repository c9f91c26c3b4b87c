//! `tokenwright sign-in`: the three steps of the wizard, one after the other.

use crate::app::{
    Browser, CallContext, Choosing, Command, Event, Failure, FailureKind, Fetched, Keeping, TypedSecrets, VaultKind,
    other_profile,
};
use crate::call::nearest;
use crate::cli::args::SignInOptions;
use crate::cli::attempt::{keep_entered, tell_waiting};
use crate::cli::conversation::Conversation;
use crate::cli::prompt::is_yes;
use crate::cli::unlock::open_vault;
use crate::cli::{display_name, key, print, prompt, secrets};
use crate::diagnosis::Diagnosis;
use crate::oauth::TokenSet;
use crate::secret::Secret;
use crate::service::{Field, FieldError, Profile, ProfileDraft, ProfileName, Start};

pub(crate) fn run(conversation: &mut Conversation, options: &SignInOptions) -> Result<(), Failure> {
    let name = ProfileName::parse(&options.name)?;
    let (draft, saved) = draft(conversation, &name, options)?;
    let profile = parse(&draft, options)?;
    let mut secrets = secrets::gather(&profile.service, options, saved)?;
    // Found out before the browser opens: a token must not be thrown away after a good sign-in.
    let vault = open_vault(conversation)?;
    let known = conversation.open(&name).ok().and_then(|saved| other_profile(&name, &saved.material.profile, &profile));
    known.filter(|_| !options.overwrite).map_or(Ok(()), ask_to_replace)?;
    if secrets.signing_key.is_none() && profile.service.signed_assertion().is_some() {
        let kept = key::kept(conversation, &name)?;
        secrets.signing_key = Some(kept.ok_or_else(|| missing_key(&name, &profile))?);
    }
    let mut material = CallContext::new(profile, secrets);
    let was_entered = keep_entered(conversation, &name, &material.profile)?;
    let (tokens, is_kept) = match get_tokens(conversation, &mut material, options, &name) {
        Ok(tokens) => tokens,
        Err(failure) => {
            if was_entered && options.service.is_some() {
                print::note(&format!(
                    "Your entries were saved, without secrets. Try again: tokenwright sign-in {name}"
                ));
            }
            return Err(failure);
        }
    };
    // What was pasted is spent, or is with the tokens.
    material.secrets.refresh_token = Secret::default();
    material.tokens = Some(tokens.clone());
    if !is_kept {
        save(conversation, &name, &material)?;
    }
    tell(&name, &material, &tokens, vault);
    Ok(())
}

/// Steps 2 and 3, or a refresh token that was at hand.
fn get_tokens(
    conversation: &mut Conversation,
    material: &mut CallContext,
    options: &SignInOptions,
    name: &ProfileName,
) -> Result<(TokenSet, bool), Failure> {
    let service = &material.profile.service;
    let is_pasted = !material.secrets.refresh_token.is_empty() && service.start != Start::RefreshToken;
    if service.authorization.is_some() && !is_pasted {
        authorize(conversation, material, options)?;
    }
    // Kept under the name as soon as they are here: what is asked afterwards may be left unanswered.
    let keeping = Keeping::Under(name.clone());
    if is_pasted { refresh(conversation, material, keeping) } else { bearer(conversation, material, keeping) }
}

/// Step 1: the service, or the profile that is there already.
fn draft(
    conversation: &mut Conversation,
    name: &ProfileName,
    options: &SignInOptions,
) -> Result<(ProfileDraft, TypedSecrets), Failure> {
    let (mut draft, mut saved) = if let Some(id) = &options.service {
        let service = conversation.catalog()?.service(id)?;
        let client_secret = Secret::new(&service.defaults.client_secret);
        (ProfileDraft::new(service), TypedSecrets { client_secret, ..TypedSecrets::default() })
    } else {
        let opened = conversation.open(name).map_err(needs_service)?;
        (ProfileDraft::from(&opened.material.profile), opened.material.secrets)
    };
    if let Some(file) = &options.key_file {
        let read = key::read(conversation, file, options.certificate_file.as_deref())?;
        draft.take_key(&read);
        saved.signing_key = Some(read.pair);
    }
    for (key, value) in &options.set {
        let is_fetched = draft.service.fetch.iter().any(|fetch| fetch.retain.iter().any(|(name, _)| name == key));
        if !is_fetched && !draft.service.inputs.iter().any(|input| input.name == *key) {
            return Err(unknown_input(&draft, key));
        }
        secrets::refuse_as_argument(&draft.service, key)?;
        draft.inputs.insert(key.clone(), value.clone());
    }
    if let Some(text) = &options.display_name {
        draft.display_name = display_name::parse(text)?.to_string();
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
    if draft.client_id.is_empty() && prompt::is_terminal() {
        draft.client_id = prompt::line(&format!("{} of {}:", draft.service.labels.client_id, draft.service.name))?;
    }
    ask_user_name(&mut draft, options)?;
    Ok((draft, saved))
}

/// A profile that is another one than what is signed in to takes its place only where the person says so.
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

fn missing_key(name: &ProfileName, profile: &Profile) -> Failure {
    let service = &profile.service;
    let diagnosis =
        Diagnosis::new(format!("{} requires a private key, and there is none named `{name}`", service.name));
    let hint =
        format!("add `--key-file FILE`, or generate one: `tokenwright key generate {name} --service {}`", service.id);
    Failure::new(FailureKind::Usage, diagnosis.hint(hint))
}

/// The user's id, where a call sends one.
fn ask_user_name(draft: &mut ProfileDraft, options: &SignInOptions) -> Result<(), Failure> {
    if let Some(user_name) = &options.username {
        draft.user_name.clone_from(user_name);
    }
    let service = &draft.service;
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
    let hint = "add `--service SERVICE`; `tokenwright service list` lists them";
    match failure.kind {
        FailureKind::NeedsSignIn => Failure::new(FailureKind::Usage, failure.diagnosis.hint(hint)),
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

/// All that is wrong is said; the last of it ends the program.
fn parse(draft: &ProfileDraft, options: &SignInOptions) -> Result<Profile, Failure> {
    draft.parse().map_err(|errors| {
        let mut diagnoses: Vec<Diagnosis> = errors.into_iter().map(|error| with_option(error, options)).collect();
        let last = diagnoses.pop().unwrap_or_else(|| Diagnosis::new("the profile is not complete"));
        diagnoses.iter().for_each(print::warning);
        Failure::new(FailureKind::Usage, last)
    })
}

/// The words of a field's error, with the option that supplies it.
fn with_option(error: FieldError, options: &SignInOptions) -> Diagnosis {
    let option = match &error.field {
        Field::Input(name) => format!("--set {name}=…"),
        Field::ClientId => "--client-id".to_owned(),
        Field::RedirectUri => "--redirect-uri".to_owned(),
        Field::AuthorizationUrl => {
            return error.diagnosis.hint("describe the service in a preset file, or in the window");
        }
    };
    let given = options.set.iter().any(|(key, _)| matches!(&error.field, Field::Input(name) if name == key));
    match error.diagnosis.hint.clone() {
        Some(hint) if !given => error.diagnosis.hint(format!("{hint}: `{option}`")),
        _ => error.diagnosis,
    }
}

/// Step 2.
fn authorize(
    conversation: &mut Conversation,
    material: &mut CallContext,
    options: &SignInOptions,
) -> Result<(), Failure> {
    let attempt = conversation.attempt();
    let browser = match (&options.browser, options.no_browser) {
        (Some(command), _) => Browser::Command(command.clone()),
        (None, true) => Browser::None,
        (None, false) => Browser::System,
    };
    conversation.send(Command::Authorize { attempt, material: Box::new(material.clone()), browser });
    let mut paste = options.paste;
    let (mut is_reading, mut is_paste_named) = (false, false);
    loop {
        match conversation.next()? {
            Event::PracticeReady(port) => {
                print::note(&format!("The practice service listens on http://127.0.0.1:{port}"));
                material.practice_port = Some(port);
                continue;
            }
            Event::Waiting(_, waiting) => {
                tell_waiting(&waiting);
                paste |= waiting.addresses.is_empty();
            }
            Event::ResponseIgnored(_, diagnosis) | Event::BrowserFailed(_, diagnosis) => print::warning(&diagnosis),
            Event::ResponseAstray(_, diagnosis) => {
                print::warning(&diagnosis);
                // What the browser holds can still be had from its address bar.
                if prompt::is_terminal() {
                    paste = true;
                } else if !paste && !std::mem::replace(&mut is_paste_named, true) {
                    print::note("To paste a URL, start again with `--paste`.");
                }
            }
            Event::InputTaken(_, true) => {
                is_reading = false;
                continue;
            }
            Event::InputTaken(_, false) => return Err(input_ended()),
            Event::Authorized(_, authorized) => {
                material.authorized = Some(*authorized);
                return Ok(());
            }
            _ => continue,
        }
        if paste {
            print::note("Paste the code, or the URL the browser was redirected to, and press Enter:");
            // One line at a time: a response may arrive at the listener while the last one is still waited for.
            if !std::mem::replace(&mut is_reading, true) {
                conversation.send(Command::PasteLine(attempt));
            }
        }
    }
}

fn input_ended() -> Failure {
    let diagnosis = Diagnosis::new("standard input ended before a code was read");
    Failure::new(FailureKind::NeedsSignIn, diagnosis.hint("paste the URL or the code, or remove `--paste`"))
}

/// Step 3.
fn bearer(
    conversation: &mut Conversation,
    material: &CallContext,
    keeping: Keeping,
) -> Result<(TokenSet, bool), Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::CallBearer { attempt, material: Box::new(material.clone()), keeping });
    called(conversation)
}

/// Step 3 with a refresh token that was at hand.
fn refresh(
    conversation: &mut Conversation,
    material: &CallContext,
    keeping: Keeping,
) -> Result<(TokenSet, bool), Failure> {
    let attempt = conversation.attempt();
    conversation.send(Command::CallRefresh { attempt, material: Box::new(material.clone()), saved_as: None, keeping });
    called(conversation)
}

/// The tokens, and whether they are kept as they are.
fn called(conversation: &Conversation) -> Result<(TokenSet, bool), Failure> {
    let mut is_kept = false;
    let exchange = conversation.wait(|event| match event {
        Event::Called(_, exchange) => Some(exchange),
        Event::Kept(_) => {
            is_kept = true;
            None
        }
        _ => None,
    })?;
    conversation.trace(&exchange);
    exchange.notes.iter().for_each(print::warning);
    let mut tokens = *exchange.outcome?;
    for choosing in &exchange.choices {
        if let Some(chosen) = choose(choosing)? {
            tokens.retained.extend(chosen.keep.clone());
            is_kept = false;
        }
    }
    Ok((tokens, is_kept))
}

/// Asks which of the fetched values is meant. Without a terminal it must have been said beforehand; the tokens are kept
/// all the same.
fn choose(choosing: &Choosing) -> Result<Option<&Fetched>, Failure> {
    let options = &choosing.options;
    let labels: Vec<String> = options.iter().map(|option| option.label.clone()).collect();
    if !prompt::is_terminal() {
        let lines: Vec<String> = (1..).zip(&labels).map(|(number, label)| format!("({number}) {label}")).collect();
        let name = options.first().and_then(|option| option.keep.first()).map_or("", |(name, _)| name.as_str());
        let summary = format!("{}: the service lists {}: {}", choosing.label, lines.len(), lines.join(", "));
        print::warning(&Diagnosis::new(summary).hint(format!("choose one and sign in again: `--set {name}=…`")));
        return Ok(None);
    }
    let chosen = prompt::one_of(&format!("{}:", choosing.label), &labels)?;
    Ok(options.get(chosen))
}

/// Keeps the tokens. They are nowhere else, so a person is asked to make room, and not sent to sign in anew.
fn save(conversation: &mut Conversation, name: &ProfileName, material: &CallContext) -> Result<(), Failure> {
    loop {
        let (attempt, material) = (conversation.attempt(), Box::new(material.clone()));
        conversation.send(Command::SaveProfile { attempt, name: name.clone(), material, replace: true, draft: None });
        match conversation.wait(|event| matches!(event, Event::Saved(..)).then_some(())) {
            Err(failure) if prompt::is_terminal() => {
                print::warning(&failure.diagnosis);
                print::note("The tokens could not be saved. Fix the problem, then press Enter to try again:");
                if prompt::read_line()?.is_none() {
                    return Err(failure);
                }
            }
            done => return done,
        }
    }
}

fn tell(name: &ProfileName, material: &CallContext, tokens: &TokenSet, vault: VaultKind) {
    let until = match tokens.expires_at {
        Some(at) if tokens.over_note().is_some() => {
            format!("its access token expired at {}", crate::cli::list::local(at))
        }
        Some(at) => format!("its access token is valid until {}", crate::cli::list::local(at)),
        None => "its access token has no known expiry".to_owned(),
    };
    print::note(&format!("Signed in: saved as the profile `{name}`; {until}."));
    let missing = material.profile.service.not_granted(&material.profile.scopes, tokens);
    if !missing.is_empty() {
        print::note(&format!("Not granted: {}", missing.join(" ")));
    }
    if tokens.refresh_token.is_none() {
        print::note(if material.profile.service.asks_again() {
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
