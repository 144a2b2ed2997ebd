import FoundationEssentials
import Testing

/// The permissions of a file, without its type.
func mode(of path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int, "\(path)")
}
