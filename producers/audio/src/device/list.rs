//! What capture devices there are.

use cpal::traits::{DeviceTrait, HostTrait};

use super::open::{DeviceError, id, name};
use crate::platform;

/// A capture device.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct DeviceInfo {
    /// Name for people, and for `device` in the configuration.
    pub name: String,
    /// The system's own identifier; works in the configuration too.
    pub id: String,
    /// Whether it is used when no name is configured.
    pub default: bool,
    /// Channels of its default form; 0 when it cannot be asked now.
    pub channels: u16,
    /// Sample rate of its default form in Hz; 0 when it cannot be asked now.
    pub rate_hz: u32,
}

/// All capture devices, the default one first. Asks the drivers: not for a thread that must not wait.
///
/// # Errors
/// When the system gives no list.
pub fn devices() -> Result<Vec<DeviceInfo>, DeviceError> {
    let host = cpal::default_host();
    let default = host.default_input_device().map(|device| id(&device));
    let all = host
        .input_devices()
        .map_err(|source| DeviceError::Refused { device: "list of devices".to_owned(), source })?;
    let mut infos: Vec<DeviceInfo> = all.map(|device| info(&device, default.as_deref())).collect();
    infos.retain(|info| info.default || info.channels > 0 || is_hardware(&info.id));
    infos.retain(|info| !platform::is_no_input(&info.id));
    infos.sort_by_key(|info| !info.default);
    Ok(infos)
}

// Hardware may be busy and is shown all the same; a converter that cannot be opened is nobody's device.
fn is_hardware(id: &str) -> bool {
    id.contains(':')
}

/// Whether the device of that name, or the default one, is there and can be asked.
pub(crate) fn is_there(wanted: Option<&str>) -> bool {
    super::open::find(&cpal::default_host(), wanted)
        .is_ok_and(|(device, _)| device.default_input_config().is_ok())
}

fn info(device: &cpal::Device, default: Option<&str>) -> DeviceInfo {
    let id = id(device);
    let form = device.default_input_config().ok();
    DeviceInfo {
        name: name(device),
        default: default == Some(id.as_str()),
        id,
        channels: form.as_ref().map_or(0, cpal::SupportedStreamConfig::channels),
        rate_hz: form.as_ref().map_or(0, cpal::SupportedStreamConfig::sample_rate),
    }
}
