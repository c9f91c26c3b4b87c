//! A screen reader for tests: finds items of the real window by name, presses and focuses them over the bus that real
//! ones use (AT-SPI).

use std::fs;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use zbus::MatchRule;
use zbus::blocking::connection::Builder;
use zbus::blocking::{Connection, MessageIterator, Proxy};
use zbus::message::{Message, Type};
use zbus::zvariant::{OwnedObjectPath, Structure};

use crate::support::PATIENCE;
use crate::support::desktop::until;
use crate::support::process::{Process, tied};

const LAUNCHER: &str = "/usr/libexec/at-spi-bus-launcher";

/// A session bus with nothing on it but the service for screen readers.
const CONFIGURATION: &str = "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>\
    <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";

/// The role of words beside something else (`ATSPI_ROLE_LABEL`).
const LABEL: u32 = 29;

/// The state of having the keyboard (`ATSPI_STATE_FOCUSED` is 12).
const FOCUSED: u32 = 1 << 12;

/// Where something is told: the program and the path there.
pub type Node = (String, OwnedObjectPath);

/// What is told of one thing on the window.
#[derive(Clone, Debug)]
pub struct Item {
    pub node: Node,
    pub name: String,
    pub description: String,
    /// `AtspiRole`.
    pub role: u32,
    /// A bit for each `AtspiStateType`.
    pub states: u64,
    /// What a field holds, or a label says.
    pub text: Option<String>,
    /// On the screen, in pixels: left, top, width and height.
    pub place: Option<(i32, i32, i32, i32)>,
    pub can_be_pressed: bool,
}

impl Item {
    pub fn is(&self, state: u32) -> bool {
        self.states >> state & 1 == 1
    }
}

/// What a program told by itself.
#[derive(Debug)]
pub struct Heard {
    /// What kind of news: `StateChanged`, `Announcement`.
    pub member: String,
    /// Of what.
    pub path: String,
    /// All that was told, for what must not be in it.
    pub whole: String,
}

impl Heard {
    fn of(message: &Message) -> Option<Self> {
        let header = message.header();
        let body = message.body();
        let whole = body.deserialize::<Structure<'_>>().map(|body| format!("{body:?}")).unwrap_or_default();
        Some(Self { member: header.member()?.to_string(), path: header.path()?.to_string(), whole })
    }
}

/// A call that nobody answers is no reason to wait.
fn connect(address: &str) -> Connection {
    let builder = Builder::address(address).expect("an address").method_timeout(Duration::from_secs(5));
    builder.build().expect("a bus")
}

/// The reader, gone when it is dropped.
pub struct Reader {
    connection: Connection,
    address: String,
    /// Of the bus that is for screen readers only.
    own: String,
    launcher: Process,
    _bus: Process,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.launcher.end();
    }
}

impl Reader {
    /// Starts the buses for this display; `folder` is for a file of their own.
    pub fn start(display: &str, folder: &Path) -> Self {
        let file = folder.join("bus.conf");
        fs::write(&file, CONFIGURATION).expect("our own file");
        let mut bus = tied("KILL", "dbus-daemon");
        bus.arg("--nofork").arg("--print-address").arg(format!("--config-file={}", file.display()));
        let mut bus = Process::start(&mut bus);
        let address = bus.line_with("unix:").trim().to_owned();
        // It has a bus of its own, which it ends when it is asked to end.
        let mut launcher = tied("TERM", LAUNCHER);
        launcher.arg("--launch-immediately").env("DBUS_SESSION_BUS_ADDRESS", &address).env("DISPLAY", display);
        // Its socket lies there; several tests run at once.
        let runtime = folder.join("run");
        fs::create_dir_all(&runtime).expect("our own folder");
        launcher.env("XDG_RUNTIME_DIR", &runtime).env("HOME", folder);
        // That a reader is there is a setting: without a service that keeps settings it would stay off.
        launcher.env("GSETTINGS_BACKEND", "memory");
        let launcher = Process::start(&mut launcher);
        let session = connect(&address);
        let own = until("the bus of screen readers", || {
            let service = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").ok()?;
            service.call::<_, _, String>("GetAddress", &()).ok()
        });
        let status =
            zbus::blocking::proxy::Builder::<Proxy<'_>>::new(&session).destination("org.a11y.Bus").expect("a name");
        let status = status.path("/org/a11y/bus").expect("a path").interface("org.a11y.Status").expect("an interface");
        let status = status.cache_properties(zbus::proxy::CacheProperties::No).build().expect("a status");
        until("a screen reader to be there", || {
            status.set_property("IsEnabled", true).ok()?;
            status.get_property::<bool>("IsEnabled").ok().filter(|is_enabled| *is_enabled)
        });
        let connection = connect(&own);
        Self { connection, address, own, launcher, _bus: bus }
    }

    /// What `DBUS_SESSION_BUS_ADDRESS` of the window has to be.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Presses what has this name.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.until(name, || {
            let pressed = self.find(name)?;
            self.proxy(&pressed, "Action").call::<_, _, bool>("DoAction", &(0_i32)).ok().filter(|done| *done)
        });
    }

    /// Gives the keyboard to what has this name and takes text, or else can be pressed, and waits until it has it.
    #[track_caller]
    pub fn focus(&self, name: &str) {
        self.until(name, || {
            let field = self.find_with(name, "Text").or_else(|| self.find(name))?;
            self.proxy(&field, "Component").call::<_, _, bool>("GrabFocus", &()).ok()?;
            let has_focus = || {
                let states: Vec<u32> = self.proxy(&field, "Accessible").call("GetState", &()).ok()?;
                states.first().filter(|states| **states & FOCUSED != 0).map(|_| ())
            };
            let end = Instant::now() + Duration::from_secs(2);
            while Instant::now() < end {
                if has_focus().is_some() {
                    return Some(());
                }
                // waits: the window takes it in a frame of its own
                std::thread::sleep(Duration::from_millis(20));
            }
            None
        });
    }

    /// The middle of a field on the screen, in pixels.
    #[track_caller]
    pub fn middle_of(&self, name: &str) -> (i32, i32) {
        let (x, y, width, height) = self.place_of(name);
        (x + width / 2, y + height / 2)
    }

    /// Where it is on the screen, in pixels: left, top, width and height.
    #[track_caller]
    pub fn place_of(&self, name: &str) -> (i32, i32, i32, i32) {
        let field = self.until(name, || self.find_with(name, "Text").or_else(|| self.find(name)));
        self.proxy(&field, "Component").call("GetExtents", &(0_u32)).expect("a place on the screen")
    }

    /// Waits until something has this in its name.
    #[track_caller]
    pub fn wait(&self, part: &str) {
        self.until(part, || self.names().iter().any(|name| name.contains(part)).then_some(()));
    }

    /// As `until`, and says what was there instead.
    #[track_caller]
    fn until<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(Instant::now() < end, "waited in vain for {what} among {:?}", self.names());
            // waits: another program's screen gives no sign
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The names of everything that is on the window.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.walk(&mut |_, name| {
            names.push(name.to_owned());
            false
        });
        names
    }

    fn find(&self, name: &str) -> Option<Node> {
        self.find_with(name, "Action")
    }

    /// What has this name and this interface.
    fn find_with(&self, name: &str, interface: &str) -> Option<Node> {
        let wanted = format!("org.a11y.atspi.{interface}");
        self.walk(&mut |node, found| {
            let has = || self.proxy(node, "Accessible").call::<_, _, Vec<String>>("GetInterfaces", &()).ok();
            // The label above a field has its name, and is text as well.
            let role = || self.proxy(node, "Accessible").call::<_, _, u32>("GetRole", &()).ok();
            found == name && role() != Some(LABEL) && has().is_some_and(|interfaces| interfaces.contains(&wanted))
        })
    }

    /// Everything that is on the window, in the order in which it is told.
    pub fn items(&self) -> Vec<Item> {
        let mut items = Vec::new();
        self.walk(&mut |node, name| {
            items.extend(self.item(node, name));
            false
        });
        items
    }

    /// What is told of this; nothing of what has gone meanwhile.
    fn item(&self, node: &Node, name: &str) -> Option<Item> {
        let proxy = self.proxy(node, "Accessible");
        let interfaces: Vec<String> = proxy.call("GetInterfaces", &()).ok()?;
        let has = |one: &str| interfaces.iter().any(|name| name.strip_prefix("org.a11y.atspi.") == Some(one));
        let states: Vec<u32> = proxy.call("GetState", &()).ok()?;
        let place = has("Component").then(|| self.proxy(node, "Component").call("GetExtents", &(0_u32)).ok()).flatten();
        let text = has("Text").then(|| self.proxy(node, "Text").call("GetText", &(0_i32, -1_i32)).ok()).flatten();
        Some(Item {
            node: node.clone(),
            name: name.to_owned(),
            description: proxy.get_property("Description").unwrap_or_default(),
            role: proxy.call("GetRole", &()).ok()?,
            states: states.iter().rev().fold(0, |all, half| all << 32 | u64::from(*half)),
            text,
            place,
            can_be_pressed: has("Action"),
        })
    }

    /// Puts a text into a field, as dictation does.
    #[track_caller]
    pub fn write(&self, field: &str, text: &str) {
        self.until(field, || {
            let field = self.find_with(field, "EditableText")?;
            self.proxy(&field, "EditableText").call::<_, _, bool>("SetTextContents", &(text)).ok().filter(|done| *done)
        });
    }

    /// Hears all that programs tell from now on.
    pub fn listen(&self) -> Receiver<Heard> {
        let connection = connect(&self.own);
        let rule = MatchRule::builder().msg_type(Type::Signal).path_namespace("/org/a11y/atspi/accessible");
        let messages = MessageIterator::for_match_rule(rule.expect("a path").build(), &connection, Some(10_000));
        let messages = messages.expect("a bus that lets listen");
        let (sender, heard) = channel();
        // It ends with the bus.
        std::thread::spawn(move || {
            for message in messages.flatten() {
                if Heard::of(&message).is_some_and(|one| sender.send(one).is_err()) {
                    break;
                }
            }
        });
        heard
    }

    /// The first thing that `is_it`, from the root of all programs down.
    fn walk(&self, is_it: &mut dyn FnMut(&Node, &str) -> bool) -> Option<Node> {
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root").expect("a path");
        let mut open: Vec<Node> = vec![("org.a11y.atspi.Registry".to_owned(), root)];
        while let Some(node) = open.pop() {
            let proxy = self.proxy(&node, "Accessible");
            // What has gone meanwhile has no name.
            let name: String = proxy.get_property("Name").unwrap_or_default();
            if is_it(&node, &name) {
                return Some(node);
            }
            let children: Vec<Node> = proxy.call("GetChildren", &()).unwrap_or_default();
            open.extend(children.into_iter().rev());
        }
        None
    }

    fn proxy(&self, node: &Node, interface: &str) -> Proxy<'static> {
        let interface = format!("org.a11y.atspi.{interface}");
        let builder = zbus::blocking::proxy::Builder::new(&self.connection);
        let builder = builder.destination(node.0.clone()).expect("a name").path(node.1.clone()).expect("a path");
        let builder = builder.interface(interface).expect("an interface");
        builder.cache_properties(zbus::proxy::CacheProperties::No).build().expect("a proxy")
    }
}
