/// The version of NodePilot: what `make release` names its files by.
package enum Version {
    package static let number = "0.1.0"
}
