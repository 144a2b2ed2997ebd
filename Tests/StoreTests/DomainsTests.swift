import Core
import FoundationEssentials
import Testing

@testable import Store

@Suite("Domains")
struct DomainsTests {
    @Test("A project's domains are listed with its own first")
    func listing() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject("shop", owner: ada)
            let blog = try await store.addProject("blog", owner: ada)
            let added = try await store.addDomain(project: shop.id, host: HostName("b.example.com"))
            _ = try await store.addDomain(project: shop.id, host: HostName("a.example.com"))
            #expect(
                added
                    == Domain(
                        host: try HostName("b.example.com"), projectID: shop.id, isDefault: false,
                        createdAt: Clock.start))
            let hosts = try await store.domains(of: shop.id).map(\.host.rawValue)
            #expect(hosts == ["shop.example.com", "a.example.com", "b.example.com"])
            #expect(try await store.allDomains().map(\.projectID) == [shop.id, shop.id, shop.id, blog.id])
        }
    }

    @Test("A host leads to one project, and the error does not say to which")
    func conflict() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let secret = try await store.addProject("secret-name", owner: ada)
            let shop = try await store.addProject("shop", owner: ada)
            _ = try await store.addDomain(project: secret.id, host: HostName("www.example.com"))
            let error = try await expect(.conflict) {
                try await store.addDomain(project: shop.id, host: HostName("WWW.example.com."))
            }
            #expect(error.message.contains("www.example.com") && !"\(error)".contains("secret-name"))
            try await expect(.notFound) { try await store.addDomain(project: 99, host: HostName("x.example.com")) }
        }
    }

    @Test("The default domain stays until the server's own domain changes")
    func defaultDomain() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject("shop", owner: ada)
            let blog = try await store.addProject("blog", owner: ada)
            try await expect(.conflict) {
                try await store.removeDomain(project: shop.id, host: HostName("shop.example.com"))
            }
            try await store.setDefaultDomain(project: shop.id, host: HostName("shop.example.com"))
            _ = try await store.addDomain(project: shop.id, host: HostName("shop.example.org"))
            try await store.setDefaultDomain(project: shop.id, host: HostName("shop.example.org"))
            let domains = try await store.domains(of: shop.id)
            #expect(domains.map(\.host.rawValue) == ["shop.example.org"])
            #expect(domains.map(\.isDefault) == [true])
            try await expect(.conflict) {
                try await store.setDefaultDomain(project: blog.id, host: HostName("shop.example.org"))
            }
            #expect(try await store.domains(of: blog.id).count == 1)
            try await expect(.notFound) {
                try await store.setDefaultDomain(project: 99, host: HostName("x.example.com"))
            }
        }
    }

    @Test("Only its own project removes a domain")
    func removal() async throws {
        try await StoreFixture.run { fixture in
            let store = fixture.store
            let ada = try await store.addUser()
            let shop = try await store.addProject("shop", owner: ada)
            let blog = try await store.addProject("blog", owner: ada)
            let host = try HostName("a.example.com")
            _ = try await store.addDomain(project: shop.id, host: host)
            try await expect(.notFound) { try await store.removeDomain(project: blog.id, host: host) }
            try await store.removeDomain(project: shop.id, host: host)
            try await expect(.notFound) { try await store.removeDomain(project: shop.id, host: host) }
            _ = try await store.addDomain(project: blog.id, host: host)
        }
    }
}
