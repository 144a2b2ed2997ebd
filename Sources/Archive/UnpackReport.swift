/// What came out of an archive.
package struct UnpackReport: Codable, Hashable, Sendable {
    /// Regular files and links.
    package var files: Int
    package var folders: Int
    package var bytes: UInt64
    /// The one folder that wrapped everything and was taken away.
    package var strippedFolder: String?

    package init(files: Int, folders: Int, bytes: UInt64, strippedFolder: String? = nil) {
        self.files = files
        self.folders = folders
        self.bytes = bytes
        self.strippedFolder = strippedFolder
    }
}
