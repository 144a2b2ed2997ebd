/// What the edge does with requests for one host.
package struct Route: Hashable, Sendable {
    package var host: HostName
    package var project: ProjectName
    package var target: RouteTarget
    /// Whether plain HTTP is answered with 308 to HTTPS.
    package var redirectsToHTTPS: Bool

    package init(host: HostName, project: ProjectName, target: RouteTarget, redirectsToHTTPS: Bool) {
        self.host = host
        self.project = project
        self.target = target
        self.redirectsToHTTPS = redirectsToHTTPS
    }
}

package enum RouteTarget: Hashable, Sendable {
    /// Instances of the app on 127.0.0.1; at least one.
    case upstreams([Upstream])
    /// The files of `folder` (empty: all) below `root`, which is absolute. The way there is as little to be trusted as
    /// what is in it: a build may have put a link anywhere. `singlePage`: unknown paths get `/index.html`.
    case files(root: String, folder: String = "", singlePage: Bool)
    /// Known, but nothing can answer now (stopped, crashed): a 503 page with this sentence.
    case unavailable(String)
}

/// One instance as the edge reaches it.
package struct Upstream: Hashable, Sendable {
    package var port: Int
    /// `web.1`, for the 502 page and the log.
    package var instance: String
    package var release: Int
    /// The Unix user who must listen there: a port of loopback belongs to whoever was quicker. Nil: whoever it is.
    package var owner: UInt32?

    package init(port: Int, instance: String, release: Int, owner: UInt32? = nil) {
        self.port = port
        self.instance = instance
        self.release = release
        self.owner = owner
    }
}

/// The small protocol through which deploys reach the edge.
package protocol TrafficSwitch: Sendable {
    /// Puts these routes in the place of all routes of `project`, in one atomic swap; an empty list withdraws it.
    /// Requests that were accepted before the swap finish where they began.
    func publish(_ routes: [Route], for project: ProjectName)

    /// Returns when no request is in flight to these upstreams any more, or after `timeout`.
    func drain(_ upstreams: [Upstream], timeout: Duration) async
}
