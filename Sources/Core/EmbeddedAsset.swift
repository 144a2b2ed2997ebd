/// A file of the dashboard as it lies in the binary's read-only pages: serving it copies nothing into private memory.
package struct EmbeddedAsset: @unchecked Sendable {  // the pointers are to constants of the executable
    /// `index.html`, `views/projects.js`
    package let path: String
    /// `text/javascript; charset=utf-8`
    package let mediaType: String
    package let plain: UnsafeRawBufferPointer
    /// The same, compressed with gzip.
    package let gzip: UnsafeRawBufferPointer

    package init(path: String, mediaType: String, plain: UnsafeRawBufferPointer, gzip: UnsafeRawBufferPointer) {
        self.path = path
        self.mediaType = mediaType
        self.plain = plain
        self.gzip = gzip
    }
}
