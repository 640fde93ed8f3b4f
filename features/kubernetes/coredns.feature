@kubernetes
Feature: CoreDNS is rolled out in the middle of a call
  Its pods are endpoints of a UDP Service: kube-proxy forgets stale flows, and with node port numbers of their own no flow of the
  call is one. Names go on resolving.

  Scenario: The call goes on, and names go on resolving
    Given the working configuration, changed in
      | strangers | present |
    And every UE is registered and affiliated
    When a-ue-1 calls the campaign
    Then every leg that leaves a pod has its INVITE, its 200 and its ACK
    And the floor is granted to a-ue-1 and taken to all other members
    When a-ue-1 talks for 20 packets
    Then every other member hears all 20 packets of a-ue-1's burst after the first 5
    And the floor is idle again
    When agency a's operator rolls out CoreDNS
    And the pod a-bystander asks for the names of agency b
    Then a pod of agency a gets its partner by SRV, with node and node port
    When a-ue-1 talks for 40 packets
    Then every other member hears all 40 packets of a-ue-1's burst after the first 5
    When a-ue-1 hangs up
    Then every leg is ended by a BYE and its 200
    And no symptom shows
