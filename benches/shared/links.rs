//! A network of its own for each machine: a namespace, joined by a pair of interfaces to the one with the database and the
//! service. What goes to an address of this machine in there is forwarded through the pair, since both are only believed
//! without TLS on this machine.

use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::machines::until;

pub struct Link {
    namespace: String,
    interface: String,
    address: Ipv4Addr,
    forwards: Option<Child>,
}

/// Whether this user may make namespaces, and has the program for it.
pub fn are_possible() -> bool {
    if !rustix::process::geteuid().is_root() {
        return false;
    }
    let link = Link::new(250);
    link.is_some()
}

impl Link {
    pub fn new(number: usize) -> Option<Self> {
        let process = std::process::id();
        let (namespace, interface) = (name(process, number), format!("tw{process}-{number}h"));
        let inner = format!("tw{process}-{number}n");
        let last = u8::try_from(number).ok()?;
        let network = [10, 100 + u8::try_from(process % 100).unwrap_or_default(), last];
        let [host, guest] = [1, 2].map(|end| Ipv4Addr::new(network[0], network[1], network[2], end));
        let link = Self { namespace: namespace.clone(), interface: interface.clone(), address: host, forwards: None };
        let is_made = ip(&["netns", "add", &namespace])
            && ip(&["link", "add", &interface, "type", "veth", "peer", "name", &inner, "netns", &namespace])
            && ip(&["address", "add", &format!("{host}/30"), "dev", &interface])
            && ip(&["link", "set", &interface, "up"])
            && ip(&["-n", &namespace, "address", "add", &format!("{guest}/30"), "dev", &inner])
            && ip(&["-n", &namespace, "link", "set", &inner, "up"])
            && ip(&["-n", &namespace, "link", "set", "lo", "up"]);
        is_made.then_some(link)
    }

    /// Forwards ports of this machine, in there, to those out here.
    pub fn forward(&mut self, ports: &[(u16, u16)]) {
        let mut command = self.command(&std::env::current_exe().expect("this program"));
        command.arg("--forward");
        command.args(ports.iter().map(|(from, to)| format!("{from}={}:{to}", self.address)));
        self.forwards = command.stdin(Stdio::null()).spawn().ok();
        let is_up = || {
            let mut asked = self.command(Path::new("ss"));
            let listening = asked.args(["-Hltn"]).output().map(|output| output.stdout).unwrap_or_default();
            let listening = String::from_utf8_lossy(&listening).into_owned();
            ports.iter().all(|(from, _)| listening.contains(&format!("127.0.0.1:{from} ")))
        };
        assert!(until(Duration::from_secs(10), is_up), "nothing is forwarded");
    }

    /// A program in there.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.namespace]).arg(program);
        command
    }

    /// No packet passes while it is down.
    pub fn set(&self, is_up: bool) {
        ip(&["link", "set", &self.interface, if is_up { "up" } else { "down" }]);
    }

    /// Delays and loses packets from now on. Whether this system can.
    pub fn roughen(&self) -> bool {
        let how = ["netem", "delay", "5ms", "5ms", "loss", "2%"];
        let done = Command::new("tc").args(["qdisc", "replace", "dev", &self.interface, "root"]).args(how).output();
        done.is_ok_and(|output| output.status.success())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if let Some(forwards) = &mut self.forwards {
            let _ = forwards.kill();
            let _ = forwards.wait();
        }
        ip(&["link", "del", &self.interface]);
        ip(&["netns", "del", &self.namespace]);
    }
}

fn name(process: u32, number: usize) -> String {
    format!("tw-{process}-{number}")
}

fn ip(arguments: &[&str]) -> bool {
    Command::new("ip").args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Removes what a process of this number has left.
pub fn remove_all_of(process: i32) {
    let listed = Command::new("ip").args(["netns", "list"]).output().map(|output| output.stdout).unwrap_or_default();
    let listed = String::from_utf8_lossy(&listed).into_owned();
    let names = listed.lines().filter_map(|line| line.split(' ').next());
    for name in names.filter(|name| name.starts_with(&format!("tw-{process}-"))) {
        // Its end of the pair goes with it, and that takes the other one along.
        ip(&["netns", "del", name]);
    }
}

/// What `--forward` does, until it is killed.
pub fn forward(ports: impl Iterator<Item = String>) {
    let listeners: Vec<_> = ports
        .map(|port| {
            let (from, to) = port.split_once('=').expect("PORT=ADDRESS");
            let from: u16 = from.parse().expect("a port");
            let to: SocketAddr = to.parse().expect("an address");
            let listener = TcpListener::bind(("127.0.0.1", from)).expect("a free port");
            thread::spawn(move || {
                // One that was given up before it was accepted is no reason to end.
                for client in listener.incoming().filter_map(Result::ok) {
                    thread::spawn(move || serve(client, to));
                }
            })
        })
        .collect();
    for listener in listeners {
        let _ = listener.join();
    }
}

fn serve(client: TcpStream, to: SocketAddr) {
    let Ok(server) = TcpStream::connect(to) else { return };
    for stream in [&client, &server] {
        let _ = stream.set_nodelay(true);
    }
    let (Ok(from), Ok(back)) = (client.try_clone(), server.try_clone()) else { return };
    thread::spawn(move || pump(from, back));
    pump(server, client);
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    // The end of one direction passes as bytes do, and a fault ends both.
    let end = if io::copy(&mut from, &mut to).is_ok() { Shutdown::Write } else { Shutdown::Both };
    let _ = to.shutdown(end);
    if end == Shutdown::Both {
        let _ = from.shutdown(end);
    }
}
