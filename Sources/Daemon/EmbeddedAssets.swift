internal import CDashboard
package import Core

extension EmbeddedAsset {
    /// The dashboard as it lies in the executable, sorted by path. Nothing is copied but the paths and types.
    package static func dashboard() -> [EmbeddedAsset] {
        UnsafeBufferPointer(start: nodepilot_assets(), count: Int(nodepilot_asset_count())).map { asset in
            EmbeddedAsset(
                path: String(cString: asset.path),
                mediaType: String(cString: asset.media_type),
                plain: UnsafeRawBufferPointer(start: asset.data, count: Int(asset.size)),
                gzip: UnsafeRawBufferPointer(start: asset.gzip, count: Int(asset.gzip_size)))
        }
    }
}
