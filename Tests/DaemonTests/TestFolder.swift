import FoundationEssentials

/// A folder of a test's own, removed with it.
final class TestFolder: Sendable {
    let path: String

    init() {
        path = "/tmp/nodepilot-daemon-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)  // its use would fail
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)  // in /tmp: nothing depends on it
    }

    func write(_ text: String, to name: String = "settings.json") throws -> String {
        let file = "\(path)/\(name)"
        try Data(text.utf8).write(to: URL(filePath: file))
        return file
    }
}
