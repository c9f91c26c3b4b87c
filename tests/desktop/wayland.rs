//! The same on Wayland, in a compositor without a screen.
