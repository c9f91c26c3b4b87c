//! The name of the program that listens on a port: on Linux from `/proc`, elsewhere unknown. Best effort, since it only adds
//! a name to an error.

use std::net::IpAddr;

pub(crate) fn of(address: IpAddr, port: u16) -> Option<String> {
    if cfg!(target_os = "linux") { linux::holder(address, port) } else { None }
}

mod linux {
    use std::fs;
    use std::net::IpAddr;
    use std::path::Path;

    /// The state of a listening socket in `/proc/net/tcp`.
    const LISTEN: &str = "0A";

    /// Finds the socket in the tables of the kernel, then the process that has it open.
    pub(super) fn holder(address: IpAddr, port: u16) -> Option<String> {
        let tables = if address.is_ipv4() { ["tcp", "tcp6"] } else { ["tcp6", "tcp"] };
        let inode = tables.iter().find_map(|table| {
            let text = fs::read_to_string(Path::new("/proc/net").join(table)).ok()?;
            listening_inode(&text, port).map(str::to_owned)
        })?;
        let target = format!("socket:[{inode}]");
        fs::read_dir("/proc")
            .ok()?
            .flatten()
            .map(|entry| entry.path())
            .find(|process| has_open(process, &target))
            .and_then(|process| {
                let name = fs::read_to_string(process.join("comm")).ok()?;
                Some(name.trim().to_owned()).filter(|name| !name.is_empty())
            })
    }

    /// The inode of the socket that listens on the port, on any address: a listener on all addresses takes the port as well.
    pub(super) fn listening_inode(table: &str, port: u16) -> Option<&str> {
        let port = format!(":{port:04X}");
        table.lines().skip(1).find_map(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            (fields.get(1)?.ends_with(&port) && *fields.get(3)? == LISTEN).then(|| fields.get(9).copied())?
        })
    }

    fn has_open(process: &Path, target: &str) -> bool {
        let is_process =
            process.file_name().is_some_and(|name| name.to_string_lossy().bytes().all(|b| b.is_ascii_digit()));
        is_process
            && fs::read_dir(process.join("fd")).is_ok_and(|files| {
                files.flatten().any(|file| fs::read_link(file.path()).is_ok_and(|link| link.as_os_str() == target))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::linux::listening_inode;

    #[test]
    fn the_listening_socket_is_found_in_the_table_and_a_connected_one_is_not() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1000        0 111 1\n   \
            1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 222 1\n";
        assert_eq!(listening_inode(table, 8080), Some("222"));
        assert_eq!(listening_inode(table, 8081), None);
    }
}
