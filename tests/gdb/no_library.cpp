// A program without the library.
#include <cstdlib>

int main() { std::abort(); }
