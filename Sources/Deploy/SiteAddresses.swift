package import Core

/// How the outside reaches this server.
package struct SiteAddresses: Sendable {
    /// DOMAIN: the dashboard's host; a project's default host is `NAME.DOMAIN`.
    package var domain: HostName
    /// The port in the addresses that people see.
    package var httpsPort: Int

    package init(domain: HostName, httpsPort: Int) {
        self.domain = domain
        self.httpsPort = httpsPort
    }

    package var dashboard: String { address(of: domain) }

    package func address(of host: HostName) -> String {
        httpsPort == 443 ? "https://\(host)" : "https://\(host):\(httpsPort)"
    }

    /// - Throws: `.invalidInput` when both together are longer than a host name may be.
    package func defaultHost(of project: ProjectName) throws(NodePilotError) -> HostName {
        try HostName("\(project).\(domain)", field: "name")
    }
}
