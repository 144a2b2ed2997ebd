import Core

/// The commands that make a release's own virtual environment.
enum PythonEnvironment {
    /// - Parameter pipArguments: what to install; nothing when empty.
    static func commands(_ pipArguments: [String]) -> [BuildCommand] {
        let python = ".venv/bin/python"
        var commands = [BuildCommand(["python3", "-m", "venv", "--clear", ".venv"])]
        if !pipArguments.isEmpty {
            let pip = [python, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", "--no-input"]
            commands.append(BuildCommand(pip + pipArguments))
            commands.append(BuildCommand([python, "-c", relocate]))
        }
        return commands
    }

    /// pip writes the absolute path of the environment into the first line of each script, but a release is moved to its
    /// place after it was built. The new beginning finds the interpreter beside the script, for sh and for Python alike.
    private static let relocate = #"""
        # Makes the environment's scripts independent of where it lies.
        import os, sys
        folder = os.path.dirname(sys.executable)
        begin = ("#!" + folder + "/python").encode()
        head = b"#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")/python\" \"$0\" \"$@\"\n' '''\n"
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                first, rest = file.readline(), file.read()
            if first.startswith(begin):
                with open(path, "wb") as file:
                    file.write(head + rest)
        """#
}
