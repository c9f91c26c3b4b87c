//! Where tokens are kept: a passphrase chosen, entered wrongly, entered rightly.

use crate::hand::Hand as _;
use crate::machine::{Machine, Visit};
use crate::stage::DRESSES;
use crate::support::temp_home;

#[test]
fn a_new_passphrase_is_typed_twice_and_opens_the_vault_the_next_time() {
    for dress in DRESSES {
        let home = temp_home();
        let mut machine = Machine::at(home.path(), dress, Visit::Follow, "passphrase");
        machine.wait("A passphrase for the vault");
        machine.window.fill("Passphrase", "correct horse");
        machine.window.fill("Passphrase again", "correct horse");
        machine.press("Open the vault");
        machine.wait("Vault: passphrase");
        machine.sign_in();
        machine.window.fill("Profile name", "kept");
        machine.press("Save profile");
        machine.wait("Kept as kept.");
        let token = machine.access_token();
        drop(machine);

        let mut machine = Machine::at(home.path(), dress, Visit::Follow, "passphrase");
        machine.wait("The vault is locked");
        machine.wait("vault closed");
        machine.window.fill("Passphrase", "wrong");
        machine.press("Open the vault");
        machine.wait("the passphrase does not open the vault");
        machine.window.fill("Passphrase", "correct horse");
        machine.press("Open the vault");
        machine.wait("Vault: passphrase");
        machine.press("Open kept");
        machine.wait("Call refresh token endpoint");
        assert_eq!(machine.access_token(), token);
    }
}
