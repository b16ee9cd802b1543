// room Gzip
