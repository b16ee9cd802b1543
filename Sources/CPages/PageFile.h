// Embeds the file whose path is `PAGE_FILE`, as an element of the table that includes this. `#embed` can't be written in a macro.
{PAGE_FILE, (const char[]){
#embed PAGE_FILE suffix(,)
0}},
#undef PAGE_FILE
