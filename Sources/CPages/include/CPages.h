#pragma once
#include <stddef.h>

/// A file of the pages. It is text, and so contains no zero: a zero ends it.
struct page_file {
    /// The path from this folder: `Customer/app.js`.
    const char *path;
    const char *text;
};

/// Returns the file with this index, or `NULL` if there are fewer files.
const struct page_file *page_file(size_t index);
