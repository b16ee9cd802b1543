import CLinux
import Glibc

/// The owners and modes of a path's components, which decide the accounts that can lead the path elsewhere.
///
/// Each component is looked at through the descriptor of its folder (openat(2), O_NOFOLLOW). An account that exchanges
/// a folder for a symbolic link meanwhile cannot show root the owner of a foreign file.
struct PathOwners {
    struct Component {
        let user: UInt32
        let group: UInt32
        let mode: mode_t

        var isFolder: Bool { mode & S_IFMT == S_IFDIR }
        var isLink: Bool { mode & S_IFMT == S_IFLNK }
        fileprivate var isShared: Bool { mode & 0o022 != 0 }
        fileprivate var isSticky: Bool { mode & S_ISVTX != 0 }
    }

    private let names: [Substring]
    private let isLink: Bool
    /// `/` and the components that are there, down to the first that is missing.
    private let components: [Component]

    /// - Parameters:
    ///   - path: an absolute path without symbolic links.
    ///   - isLink: true if the path's last component was seen as a symbolic link, and leads to other files.
    /// - Throws: ELOOP if a folder of the path is a symbolic link.
    init(_ path: String, isLink: Bool = false) throws(SystemError) {
        self.isLink = isLink
        names = path.split(separator: "/")
        var folder = try Descriptor.opened("open") { open("/", Descriptor.pathOnly | O_DIRECTORY | O_CLOEXEC) }
        var components = [try Self.component(folder)]
        for (index, name) in names.enumerated() {
            let raw = openat(folder.rawValue, String(name), Descriptor.pathOnly | O_NOFOLLOW | O_CLOEXEC)
            guard raw >= 0 else { break }
            folder = Descriptor(owning: raw)
            let component = try Self.component(folder)
            guard !component.isLink || index == names.count - 1 else { throw SystemError(code: ELOOP, call: "openat") }
            components.append(component)
        }
        self.components = components
    }

    private static func component(_ file: borrowing Descriptor) throws(SystemError) -> Component {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { throw SystemError("fstat") }
        return Component(user: status.st_uid, group: status.st_gid, mode: status.st_mode)
    }

    /// The file itself; `nil` if it is missing.
    var file: Component? { components.count == names.count + 1 ? components.last : nil }

    /// The folder of the file; `nil` if it is missing.
    var folder: Component? { components.count >= names.count ? components[max(0, names.count - 1)] : nil }

    /// The positions of the components that lead to the files in the folder. A link counts as a folder: it leads
    /// somewhere.
    private var way: Range<Int> {
        let leadsOn = isLink || file.map { $0.isFolder || $0.isLink } == true
        return 1..<max(1, leadsOn ? names.count + 1 : names.count)
    }

    /// Returns an account besides root and the trusted ones that owns a folder above the file's folder, or that can
    /// rename the file's folder in a folder such as `/tmp`; `nil` if there is none.
    func stranger(trusting trusted: [UInt32]) -> Component? {
        let isStranger = { (component: Component) in component.user != 0 && !trusted.contains(component.user) }
        for index in way where index <= components.count {
            let parent = components[index - 1]
            if isStranger(parent) { return parent }
            if index < components.count, parent.isShared, isStranger(components[index]) { return components[index] }
        }
        return nil
    }

    /// Returns the path of the folder in which the account can rename a component of the way to the file; `nil` if it
    /// can rename none.
    func folderInReach(of user: UInt32) -> String? {
        for index in way where index <= components.count {
            let parent = components[index - 1]
            let isOwn = index == components.count || components[index].user == user
            if parent.user == user || parent.isShared && (!parent.isSticky || isOwn) {
                return "/" + names[..<(index - 1)].joined(separator: "/")
            }
        }
        return nil
    }

    /// Returns true if the account can rename or replace neither the folder, which is the path's last component, nor
    /// any folder above it, and can't write in the folder.
    func isOutOfReach(of user: UInt32) -> Bool {
        guard file?.isFolder == true else { return false }
        return components.allSatisfy { $0.user != user && (!$0.isShared || $0.isSticky) }
    }

    /// As ``isOutOfReach(of:)``; false too if a component is a symbolic link.
    static func isOutOfReach(_ folder: String, of user: UInt32) -> Bool {
        (try? PathOwners(folder))?.isOutOfReach(of: user) ?? false
    }
}
