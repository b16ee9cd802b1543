import App
import Glibc

exit(Entry.run())
