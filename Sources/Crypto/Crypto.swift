// room Crypto
