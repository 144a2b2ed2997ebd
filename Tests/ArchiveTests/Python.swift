import FoundationEssentials
import TestSupport

/// Archives that Python's own modules write.
enum Python {
    static func output(_ script: String) async throws -> [UInt8] {
        let place = try TemporaryFolder()
        try place.write("script.py", script)
        try await Shell.run("python3 script.py > bytes", in: place.path)
        return try [UInt8](Data(contentsOf: URL(filePath: place.path + "/bytes")))
    }
}
