/// The largest request bodies that the routes take, in bytes, packed and unpacked.
///
/// A server that takes more than a request can need lets clients waste its time: unpacking and reading a megabyte of
/// JSON takes fifty milliseconds. `http.body_bytes_max` limits all of them as well.
enum BodyLimit {
    /// `{"login","password"}` of the greatest lengths takes 7,708 bytes if each of their bytes is written as `\u0061`.
    static let credentialsBytes = 8 * 1024
    /// `{"current","new"}` of the greatest lengths takes 12,315 bytes, written in the same way.
    static let passwordChangeBytes = 16 * 1024
    /// An order number has 1,024 digits at most; the rest is white space.
    static let orderBytes = 8 * 1024
    /// `{"order","sum"}` takes 6,200 bytes, written in the same way.
    static let withdrawalBytes = 8 * 1024
    /// A reason of the greatest length takes 6,000 bytes, written in the same way.
    static let reasonBytes = 8 * 1024
    /// A reward rule with the longest match takes 6,220 bytes, written in the same way.
    static let ruleBytes = 8 * 1024
    /// A receipt of the accrual system lists any number of goods.
    static let receiptBytes = 1024 * 1024
}
