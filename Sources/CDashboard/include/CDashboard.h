#pragma once

/// A file of the dashboard. All pointers are to constants of the executable and stay valid for ever.
struct nodepilot_asset {
    /// Relative to web/: "views/projects.js"
    const char *path;
    /// "text/javascript; charset=utf-8"
    const char *media_type;
    const unsigned char *data;
    unsigned long size;
    /// The same, compressed by gzip -9n.
    const unsigned char *gzip;
    unsigned long gzip_size;
};

/// The first of all files, which are sorted by path.
const struct nodepilot_asset *nodepilot_assets(void);
unsigned long nodepilot_asset_count(void);
