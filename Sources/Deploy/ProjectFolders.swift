import CLinux
package import Core
import FoundationEssentials
import Glibc

/// Where everything of a project lies, and who may enter.
///
/// ```
/// DATA/                       0711 root
///   staging/ID/tree           0700 builder   unpacked, not yet a release
///   projects/NAME/            0711 root
///     releases/N/             0750 builder, the runner's group reads
///     data/                   0700 runner    what the app must keep
///     logs/                   0700 root
/// ```
package struct ProjectFolders: Sendable {
    package let data: String

    /// - Parameter data: DATA, absolute.
    package init(data: String) { self.data = data }

    package var uploads: String { "\(data)/uploads" }
    package var staging: String { "\(data)/staging" }

    package func project(_ name: ProjectName) -> String { "\(data)/projects/\(name)" }
    package func releases(_ name: ProjectName) -> String { "\(project(name))/releases" }
    package func release(_ name: ProjectName, _ number: Int) -> String { "\(releases(name))/\(number)" }
    package func appData(_ name: ProjectName) -> String { "\(project(name))/data" }
    package func logs(_ name: ProjectName) -> String { "\(project(name))/logs" }

    func stage(_ deployment: Deployment.ID) -> String { "\(staging)/\(deployment)" }
    func stagedTree(_ deployment: Deployment.ID) -> String { "\(stage(deployment))/tree" }
    func buildHome(_ deployment: Deployment.ID) -> String { "\(stage(deployment))/home" }

    /// Makes the folders that every project shares.
    package func prepare() throws(NodePilotError) {
        try make(data, mode: 0o711)
        try make("\(data)/projects", mode: 0o711)
        try make(staging, mode: 0o711)
        try make(uploads, mode: 0o700)
    }

    /// Makes a project's folders; those that are there stay.
    func prepare(_ name: ProjectName, owners: ProjectOwners?) throws(NodePilotError) {
        try make(project(name), mode: 0o711)
        try make(releases(name), mode: 0o711)
        try make(logs(name), mode: 0o700)
        try make(appData(name), mode: 0o700, owner: owners.map { ($0.runner, $0.group) })
    }

    /// An empty staging folder, and in it one for the tree and one as the builder's home.
    func prepareStage(_ deployment: Deployment.ID, owners: ProjectOwners?) throws(NodePilotError) {
        try make(stage(deployment), mode: 0o711)
        let owner = owners.map { ($0.builder, $0.group) }
        try make(stagedTree(deployment), mode: 0o700, owner: owner)
        try make(buildHome(deployment), mode: 0o700, owner: owner)
    }

    /// Moves the unpacked tree to its final path (a virtual environment cannot be moved once it is made).
    func promoteStage(_ deployment: Deployment.ID, to name: ProjectName, _ number: Int) throws(NodePilotError) {
        let target = release(name, number)
        try remove(target)
        guard rename(stagedTree(deployment), target) == 0, chmod(target, 0o750) == 0 else {
            throw failure("move the unpacked files to", target)
        }
    }

    /// Removes a folder with all it holds; one that is not there is fine.
    func remove(_ path: String) throws(NodePilotError) {
        do {
            try FolderTree(path: path).remove()
        } catch {
            throw NodePilotError(.internal, error.description)
        }
    }

    /// Names in a folder; none where there is no folder.
    func entries(of path: String) -> [String] {
        // A folder that cannot be read has nothing that we could clean up.
        (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    }

    /// Bytes on disk below a folder, links not followed.
    func size(of path: String) -> Int64 { FolderTree(path: path).size() }

    // MARK: - Private

    private func make(_ path: String, mode: mode_t, owner: (UInt32, UInt32)? = nil) throws(NodePilotError) {
        guard mkdir(path, mode) == 0 || errno == EEXIST else { throw failure("make", path) }
        guard chmod(path, mode) == 0 else { throw failure("set the mode of", path) }
        guard let owner else { return }
        guard chown(path, owner.0, owner.1) == 0 else { throw failure("set the owner of", path) }
    }

    private func failure(_ action: String, _ path: String) -> NodePilotError {
        let number = errno
        let reason = String(cString: strerror(number))
        if number == ENOSPC || number == EDQUOT {
            return NodePilotError(
                .insufficientStorage, "The disk is full: could not \(action) \(path).",
                hint: "Remove projects or files that are not needed, then try again.")
        }
        return NodePilotError(.internal, "Could not \(action) \(path): \(reason).")
    }
}

/// The Unix users of one project; nil where everything runs as the daemon's own user.
package struct ProjectOwners: Sendable, Hashable {
    package var builder: UInt32
    package var runner: UInt32
    /// The runner's group, through which it reads releases.
    package var group: UInt32

    package init(builder: UInt32, runner: UInt32, group: UInt32) {
        self.builder = builder
        self.runner = runner
        self.group = group
    }
}
