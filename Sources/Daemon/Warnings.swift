import Builder
import Core
import Glibc

/// What is not as it should be on this machine, a sentence each with what to do.
struct Warnings {
    let sentences: [String]

    init(domain: HostName, tools: InstalledTools?) {
        var sentences: [String] = []
        if geteuid() != 0 {
            sentences.append("NodePilot does not run as root: all apps share its own user, and nothing separates them.")
        }
        if tools?.version(of: "node") == nil {
            sentences.append("Node.js is not installed, so Node apps cannot run: apt-get install nodejs npm")
        }
        if tools?.version(of: "python3") == nil || tools?.version(of: "ensurepip") == nil {
            sentences.append(
                "Python with its environments is not installed, so Python apps cannot run: apt-get install python3-venv"
            )
        }
        if domain.rawValue.hasSuffix(".sslip.io") {
            sentences.append(
                "No domain of your own is set: apps answer under \(domain). Start with --domain NAME once its DNS points here."
            )
        }
        self.sentences = sentences
    }
}
