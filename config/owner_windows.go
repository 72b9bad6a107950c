package config

import "io/fs"

// isMine accepts every file: the directories of a user are closed to others.
func isMine(fs.FileInfo) bool { return true }
