package audit

// noFollow is nothing here: the look before opening has to do. A symbolic link
// takes a privilege to make.
const noFollow = 0
