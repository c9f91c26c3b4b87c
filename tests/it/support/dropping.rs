//! A file that is dropped on a window of another program, as a file manager does it (XDND, version 5).
#![cfg(target_os = "linux")]

use std::path::Path;

use x11rb::connection::Connection as _;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use crate::support::desktop::until;

/// Version 5, in the byte where `XdndEnter` has it.
const VERSION: u32 = 5 << 24;

/// A point of the screen, x in the upper half: 512 and 256 pixels.
const PLACE: u32 = 0x0200_0100;

/// The side from which the file comes.
struct Source {
    connection: RustConnection,
    target: u32,
}

/// Drops the file on the middle of a window of this display.
#[track_caller]
pub fn drop_file(display: &str, target: u32, file: &Path) {
    let (connection, screen) = x11rb::connect(Some(display)).expect("a screen");
    let root = connection.setup().roots[screen].root;
    let window = connection.generate_id().expect("an id");
    let (parent, class) = (x11rb::COPY_DEPTH_FROM_PARENT, WindowClass::INPUT_OUTPUT);
    let made = connection.create_window(parent, window, root, 0, 0, 1, 1, 0, class, 0, &CreateWindowAux::new());
    made.expect("sent").check().expect("a window");
    let source = Source { connection, target };
    let owned = source.connection.set_selection_owner(window, source.atom("XdndSelection"), x11rb::CURRENT_TIME);
    owned.expect("sent").check().expect("owned");
    source.send("XdndEnter", [window, VERSION, source.atom("text/uri-list"), 0, 0]);
    source.send("XdndPosition", [window, 0, PLACE, x11rb::CURRENT_TIME, source.atom("XdndActionCopy")]);
    let uris = format!("file://{}\r\n", file.display());
    source.until_told("XdndStatus", &uris);
    source.send("XdndDrop", [window, 0, x11rb::CURRENT_TIME, 0, 0]);
    source.until_told("XdndFinished", &uris);
}

impl Source {
    fn atom(&self, name: &str) -> u32 {
        self.connection.intern_atom(false, name.as_bytes()).expect("sent").reply().expect("an atom").atom
    }

    fn send(&self, kind: &str, data: [u32; 5]) {
        let event = ClientMessageEvent::new(32, self.target, self.atom(kind), data);
        let sent = self.connection.send_event(false, self.target, EventMask::NO_EVENT, event);
        sent.expect("sent").check().expect("a message");
    }

    /// Gives what is dropped to who asks for it, until the other side tells this.
    #[track_caller]
    fn until_told(&self, kind: &str, uris: &str) {
        let kind_atom = self.atom(kind);
        until(kind, || match self.connection.poll_for_event().expect("a connection")? {
            Event::SelectionRequest(request) => {
                self.give(&request, uris);
                None
            }
            Event::ClientMessage(message) => (message.type_ == kind_atom).then_some(()),
            _ => None,
        });
    }

    fn give(&self, request: &SelectionRequestEvent, uris: &str) {
        let (to, property, target) = (request.requestor, request.property, request.target);
        let given = self.connection.change_property8(PropMode::REPLACE, to, property, target, uris.as_bytes());
        given.expect("sent").check().expect("a property");
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: to,
            selection: request.selection,
            target,
            property,
        };
        self.connection.send_event(false, to, EventMask::NO_EVENT, answer).expect("sent").check().expect("an answer");
    }
}
