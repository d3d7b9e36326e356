"""A summary is read from the file as it is: nothing is written, and whatever is there is said."""



