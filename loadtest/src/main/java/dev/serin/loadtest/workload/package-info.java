/** What is measured: the users, the features and the answers that everybody must give. */
@NullMarked
package dev.serin.loadtest.workload;

import org.jspecify.annotations.NullMarked;
