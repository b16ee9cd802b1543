// room API
