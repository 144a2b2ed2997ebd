/// What a person may do: `admin` everything, `user` their own projects, `viewer` reads everything and changes nothing.
package enum Role: String, Codable, Sendable, CaseIterable {
    case admin
    case user
    case viewer
}
