//! An alarm on the wall clock. Tokens expire by the wall clock, which goes on while the machine sleeps and may be set; a
//! monotonic timer would be late.

use jiff::Timestamp;

use crate::agent::AgentError;

#[derive(Debug)]
pub struct Alarm {
    #[cfg(target_os = "linux")]
    timer: Timer,
}

/// The runtime treats a timer like the read end of a pipe: a file to poll and read.
#[cfg(target_os = "linux")]
type Timer = tokio::net::unix::pipe::Receiver;

#[cfg(target_os = "linux")]
impl Alarm {
    /// An alarm that is not set. Must run within a runtime.
    pub fn new() -> Result<Self, AgentError> {
        use rustix::time::{TimerfdClockId, TimerfdFlags, timerfd_create};
        let system = |error| AgentError::System { action: "make a timer", error };
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)
            .map_err(|error| system(error.into()))?;
        Ok(Self { timer: Timer::from_owned_fd_unchecked(timer).map_err(system)? })
    }

    /// Waits until then, or forever. Returns early if the clock is set; the caller checks the time and sets the alarm again.
    pub async fn at(&self, when: Option<Timestamp>) {
        use rustix::time::{Itimerspec, TimerfdTimerFlags, Timespec, timerfd_settime};
        let none = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Zero would disarm it.
        let time =
            |at: Timestamp| Timespec { tv_sec: at.as_second().max(1), tv_nsec: at.subsec_nanosecond().max(0).into() };
        let spec = Itimerspec { it_interval: none, it_value: when.map_or(none, time) };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        if timerfd_settime(&self.timer, flags, &spec).is_err() || when.is_none() {
            return std::future::pending().await;
        }
        while self.timer.readable().await.is_ok() {
            // Any other error means that the clock was set (ECANCELED), which is also a reason to wake up.
            match self.timer.try_read(&mut [0; 8]) {
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                _ => return,
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
impl Alarm {
    #[allow(clippy::unnecessary_wraps, reason = "as where there are such timers")]
    pub fn new() -> Result<Self, AgentError> {
        Ok(Self {})
    }

    /// Waits until then, but for a minute at most, since the timer stops while the machine sleeps. The caller checks the time
    /// and sets the alarm again.
    pub async fn at(&self, when: Option<Timestamp>) {
        let Some(when) = when else { return std::future::pending().await };
        let left = std::time::Duration::try_from(when.duration_since(Timestamp::now())).unwrap_or_default();
        // waits: this is the alarm.
        tokio::time::sleep(left.min(std::time::Duration::from_mins(1))).await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn it_rings_at_its_time_and_again_when_set_again() {
        let alarm = Alarm::new().expect("a timer");
        for _ in 0..2 {
            let when = Timestamp::now() + Duration::from_millis(30);
            while Timestamp::now() < when {
                alarm.at(Some(when)).await;
            }
        }
        // A time that has passed is rung for at once.
        alarm.at(Some(Timestamp::UNIX_EPOCH)).await;
    }
}
